"""The OAuth protocol of the login host, by Authlib's server classes (docs/platform-reference.md, section 2).

What differs from Authlib's defaults is Procore's own: refresh tokens work once, `token_type` is lower-case,
answers carry `created_at`, an unknown client is answered 401, bodies may be JSON, and there are no scopes.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import (
    ClientMixin,
    InvalidClientError,
    InvalidRequestError,
    OAuth2Request,
    grants,
)
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc7009 import RevocationEndpoint
from flask import Request, Response
from flask import request as current_request

from embedded_app.simulator.login.tokens import ACCESS_SECONDS, Code, TokenPair
from embedded_app.simulator.options import Options
from embedded_app.simulator.state import simulator

_CREDENTIALS_BY = ["client_secret_basic", "client_secret_post"]
"""Procore documents the body; servers of its kind take HTTP Basic too, which many clients send."""
_REFUSALS = {  # the wording of the field (platform reference, section 2.3)
    "invalid_client": "Client authentication failed due to unknown client, no client authentication included, "
    "or unsupported authentication method.",
    "invalid_grant": "The provided authorization grant is invalid, expired, revoked, does not match the "
    "redirection URI used in the authorization request, or was issued to another client.",
    "unsupported_grant_type": "The authorization grant type is not supported by the authorization server.",
    "access_denied": "The resource owner or authorization server denied the request.",
}

_MISSING = "The request is missing a required parameter."


class Client(ClientMixin):  # type: ignore[misc] # Authlib ships no types
    """The app as the Developer Portal knows it: one pair of credentials for all three grants."""

    def __init__(self, options: Options) -> None:
        self.client_id = options.client_id
        self._secret = options.client_secret
        self._redirect_uris = options.redirect_uris

    def get_client_id(self) -> str:
        return self.client_id

    def get_allowed_scope(self, scope: str | None) -> str:  # noqa: ARG002 # Authlib's signature
        return ""

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self._redirect_uris

    def check_client_secret(self, client_secret: str) -> bool:
        return hmac.compare_digest(self._secret.encode(), client_secret.encode())

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:  # noqa: ARG002 # Authlib's signature
        return method in _CREDENTIALS_BY

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in ("authorization_code", "refresh_token", "client_credentials")


class _SentRequest(OAuth2Request):  # type: ignore[misc] # Authlib ships no types
    """A request as Authlib reads it, from a query and a form, multipart or JSON body alike."""

    def __init__(self, sent: Request) -> None:
        # Authlib refuses plain http; the simulator stands where a gateway has already ended TLS.
        super().__init__(sent.method, sent.url.replace("http://", "https://", 1), headers=sent.headers)
        body = sent.get_json(silent=True) if sent.is_json else sent.form.to_dict()
        self._fields: dict[str, str] = _texts(body) if isinstance(body, dict) else {}
        self._query = sent.args.to_dict()
        self.payload = BasicOAuth2Payload({**self._query, **self._fields})

    @property
    def args(self) -> Mapping[str, str]:
        return self._query

    @property
    def form(self) -> Mapping[str, str]:
        return self._fields


class _IssuedCode:
    """A code as Authlib reads it."""

    def __init__(self, code: Code) -> None:
        self.user_id = code.user_id
        self._redirect_uri = code.redirect_uri

    def get_redirect_uri(self) -> str:
        return self._redirect_uri

    def get_scope(self) -> str:
        return ""


class _IssuedPair:
    """A token pair as Authlib reads it."""

    def __init__(self, pair: TokenPair) -> None:
        self.pair = pair

    def check_client(self, client: Client) -> bool:
        return self.pair.client_id == client.client_id

    def get_scope(self) -> str:
        return ""


class _CodeGrant(grants.AuthorizationCodeGrant):  # type: ignore[misc] # Authlib ships no types
    """Authorization code: ten minutes, once, for the exact redirect URI."""

    TOKEN_ENDPOINT_AUTH_METHODS = _CREDENTIALS_BY

    @staticmethod
    def validate_authorization_redirect_uri(request: OAuth2Request, client: Client) -> str:
        uri = request.payload.redirect_uri
        if uri and client.check_redirect_uri(uri):
            return str(uri)
        raise InvalidRequestError("The redirect URI included is not valid.")

    def validate_token_request(self) -> None:
        if not self.request.form.get("redirect_uri"):
            raise InvalidRequestError("Missing 'redirect_uri' in request.")
        super().validate_token_request()

    def generate_authorization_code(self) -> str:
        sent = self.request
        return simulator().tokens.issue_code(sent.payload.client_id, sent.payload.redirect_uri, sent.user)

    def save_authorization_code(self, code: str, request: OAuth2Request) -> None:
        """Nothing to do: it was kept as it was made."""

    def query_authorization_code(self, code: str, client: Client) -> _IssuedCode | None:
        found = simulator().tokens.take_code(code)
        return _IssuedCode(found) if found is not None and found.client_id == client.client_id else None

    def delete_authorization_code(self, authorization_code: _IssuedCode) -> None:
        """Nothing to do: asking for it has used it up, whatever came of the exchange."""

    def authenticate_user(self, authorization_code: _IssuedCode) -> int:
        return authorization_code.user_id


class _RefreshGrant(grants.RefreshTokenGrant):  # type: ignore[misc] # Authlib ships no types
    """Refresh: a new pair for the old one, which the attempt alone may use up."""

    TOKEN_ENDPOINT_AUTH_METHODS = _CREDENTIALS_BY
    INCLUDE_NEW_REFRESH_TOKEN = True

    def validate_token_request(self) -> None:
        self._attempted = simulator().tokens.attempt_refresh(self.request.form.get("refresh_token", ""))
        super().validate_token_request()

    def authenticate_refresh_token(self, refresh_token: str) -> _IssuedPair | None:  # noqa: ARG002 # Authlib's signature
        return None if self._attempted is None else _IssuedPair(self._attempted)

    def authenticate_user(self, refresh_token: _IssuedPair) -> int | None:
        return refresh_token.pair.user_id

    def issue_token(self, user: int, refresh_token: _IssuedPair) -> dict[str, object]:
        client_id = self.request.client.client_id
        return _answer(simulator().tokens.issue(client_id, user, replaces=refresh_token.pair))

    def revoke_old_credential(self, refresh_token: _IssuedPair) -> None:
        """Nothing to do: the token store decides when the old one dies."""


class _ServiceAccountGrant(grants.ClientCredentialsGrant):  # type: ignore[misc] # Authlib ships no types
    """Client credentials: the app's own directory user, without a refresh token."""

    TOKEN_ENDPOINT_AUTH_METHODS = _CREDENTIALS_BY


class _Revocation(RevocationEndpoint):  # type: ignore[misc] # Authlib ships no types
    """Revoke: ends the access and the refresh token, whichever was sent; unknown ones are answered alike."""

    CLIENT_AUTH_METHODS = _CREDENTIALS_BY

    def query_token(self, token_string: str, token_type_hint: str | None) -> _IssuedPair | None:  # noqa: ARG002 # Authlib's signature
        pair = simulator().tokens.find(token_string)
        return None if pair is None else _IssuedPair(pair)

    def revoke_token(self, token: _IssuedPair, request: OAuth2Request) -> None:  # noqa: ARG002 # Authlib's signature
        simulator().tokens.revoke(token.pair)


class LoginServer(AuthorizationServer):  # type: ignore[misc] # Authlib ships no types
    """The login host's authorization server, for the one app that there is."""

    def __init__(self, options: Options) -> None:
        super().__init__()
        self._client = Client(options)
        self.register_token_generator("default", _issue)
        for grant in (_CodeGrant, _RefreshGrant, _ServiceAccountGrant):
            self.register_grant(grant)
        self.register_endpoint(_Revocation)

    def query_client(self, client_id: str) -> Client | None:
        return self._client if client_id == self._client.client_id else None

    def save_token(self, token: Mapping[str, Any], request: OAuth2Request) -> None:
        """Nothing to do: it was kept as it was made."""

    def create_oauth2_request(self, request: Request | None) -> OAuth2Request:
        return _SentRequest(request or current_request)

    def authenticate_client(
        self, request: OAuth2Request, methods: list[str], endpoint: str = "token"
    ) -> Client:
        try:
            client: Client = super().authenticate_client(request, methods, endpoint)
        except InvalidClientError as refused:
            refused.status_code = 401
            raise
        return client

    def create_token_response(self, request: Request | None = None) -> Response:
        sent = self.create_oauth2_request(request)
        if sent.payload.grant_type:
            answer: Response = super().create_token_response(request)
            return answer
        return self.handle_error_response(
            sent, InvalidRequestError("Missing required parameter: grant_type.")
        )

    def handle_error_response(self, request: OAuth2Request, error: OAuth2Error) -> Response:
        error.description = _REFUSALS.get(error.error) or error.description or _MISSING
        if error.error == "invalid_grant":
            error.status_code = simulator().switches.invalid_grant_status
        answer: Response = super().handle_error_response(request, error)
        return answer


def _issue(*, client: Client, user: int | None = None, **_asked: object) -> dict[str, object]:
    return _answer(simulator().tokens.issue(client.client_id, user))


def _answer(pair: TokenPair) -> dict[str, object]:
    answer: dict[str, object] = {
        "access_token": pair.access_token,
        "token_type": "bearer",
        "expires_in": ACCESS_SECONDS,
    }
    if pair.refresh_token is not None:
        answer["refresh_token"] = pair.refresh_token
    return {**answer, "created_at": pair.created_at}


def _texts(body: Mapping[str, object]) -> dict[str, str]:
    return {name: value for name, value in body.items() if isinstance(value, str)}
