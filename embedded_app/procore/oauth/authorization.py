"""The OAuth calls to the login host (docs/platform-reference.md, sections 2.1 to 2.4).

A refresh token works once, and an attempt may use it up even when no answer comes. So three outcomes are kept
apart, and nothing here is ever repeated:

- `ConnectFailed`: nothing was sent; the token is as good as before.
- `TokenRefused`: the host said no; asking again will not help.
- anything else (`TimedOut`, `ServerFailed`, `RateLimited`, `UnexpectedPayload`): unknown; the token may be spent.

Requests are built by Authlib's functions and sent by our transport. Authlib's client object is not used: it keeps
the old refresh token when an answer lacks one, and reads expiry by the machine's clock.
"""

from __future__ import annotations

from http import HTTPStatus

from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7009 import prepare_revoke_token_request

from embedded_app.clock import Clock
from embedded_app.errors import ProcoreError, ServerFailed, TokenRefused, UnexpectedPayload
from embedded_app.outbound.wire import CONNECT_SECONDS, READ_SECONDS, WireRequest, WireResponse
from embedded_app.procore import sentences
from embedded_app.procore.calls.caller import USER_AGENT, MeteredTransport
from embedded_app.procore.calls.decoding import decoded, json_of
from embedded_app.procore.calls.failures import failure_of
from embedded_app.procore.calls.routes import LoginRoute
from embedded_app.procore.environment import Environment
from embedded_app.procore.oauth.tokens import TOKEN_INFO, TokenInfo, TokenSet, token_set
from embedded_app.secret import Secret

_SECONDS = CONNECT_SECONDS + READ_SECONDS  # not the page's deadline: a refresh cut short may lose the grant
_FORM = "application/x-www-form-urlencoded"
_DEFINITIVE = frozenset(
    {
        "invalid_client",
        "invalid_grant",
        "invalid_request",
        "invalid_scope",
        "unauthorized_client",
        "unsupported_grant_type",
    }
)  # RFC 6749 section 5.2; the host's own words for "try later" are not among them
_REFUSING = (HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)


class Authorization:
    """Gets, changes and ends tokens for one app in one environment."""

    def __init__(
        self,
        environment: Environment,
        client_id: str,
        client_secret: Secret,
        transport: MeteredTransport,
        clock: Clock,
    ) -> None:
        self._environment = environment
        self._client_id = client_id
        self._client_secret = client_secret
        self._transport = transport
        self._clock = clock

    def authorize_url(self, redirect_uri: str, state: str) -> str:
        """Where to send the person's browser; `redirect_uri` exactly as registered."""
        url: str = prepare_grant_uri(
            f"{self._environment.login_url}/oauth/authorize",
            self._client_id,
            "code",
            redirect_uri=redirect_uri,
            state=state,
        )
        return url

    def exchange(self, code: str, redirect_uri: str) -> TokenSet:
        """The tokens for an authorization code, which works once and for ten minutes.

        Raises:
            TokenRefused: the code is used, expired or foreign.
            ProcoreError: any other outcome; the code may be spent.
        """
        return self._token("authorization_code", code=code, redirect_uri=redirect_uri)

    def refresh(self, refresh_token: Secret, redirect_uri: str) -> TokenSet:
        """A new pair for `refresh_token`; see the outcomes above.

        Raises:
            ConnectFailed: nothing was sent.
            TokenRefused: the refresh token is used or revoked.
            ProcoreError: unknown outcome.
        """
        return self._token("refresh_token", refresh_token=refresh_token.reveal(), redirect_uri=redirect_uri)

    def client_credentials(self) -> TokenSet:
        """A token of the service account; it has no refresh token.

        Raises:
            TokenRefused: the app has no service account, or the credentials are wrong.
        """
        return self._token("client_credentials")

    def revoke(self, token: Secret) -> None:
        """End `token`, and the other token of its pair. An unknown token is no error."""
        body, _ = prepare_revoke_token_request(token.reveal())
        response = self._post(LoginRoute.REVOKE, body)
        if response.status != HTTPStatus.OK:
            raise self._failure(response, LoginRoute.REVOKE)

    def token_info(self, access_token: Secret) -> TokenInfo:
        """What the login host says about `access_token`.

        Raises:
            Unauthorized: it is expired or revoked.
        """
        headers = {"Authorization": f"Bearer {access_token.reveal()}"}
        response = self._send("GET", LoginRoute.TOKEN_INFO, headers)
        if response.status != HTTPStatus.OK:
            raise failure_of(response, LoginRoute.TOKEN_INFO, self._clock.now())
        return decoded(response, LoginRoute.TOKEN_INFO, TOKEN_INFO)

    def _token(self, grant_type: str, **parameters: str) -> TokenSet:
        response = self._post(LoginRoute.TOKEN, prepare_token_request(grant_type, **parameters))
        if response.status != HTTPStatus.OK:
            raise self._failure(response, LoginRoute.TOKEN)
        refreshable = grant_type != "client_credentials"
        now = self._clock.now()
        return decoded(
            response,
            LoginRoute.TOKEN,
            token_set(now, refreshable=refreshable),
        )

    def _post(self, route: LoginRoute, body: str) -> WireResponse:
        """`body` with the client's id and secret, as form fields (section 2.2)."""
        auth = ClientAuth(self._client_id, self._client_secret.reveal(), "client_secret_post")
        _, headers, form = auth.prepare("POST", "", {"Content-Type": _FORM}, body)
        return self._send("POST", route, headers, form.encode())

    def _send(
        self, method: str, route: LoginRoute, headers: dict[str, str], body: bytes | None = None
    ) -> WireResponse:
        headers = {"Accept": "application/json", "User-Agent": USER_AGENT, **headers}
        url = self._environment.login_url + route.path
        return self._transport.send(WireRequest(method, url, route, headers, body), seconds=_SECONDS)

    def _failure(self, response: WireResponse, route: LoginRoute) -> ProcoreError:
        """`TokenRefused` only for a refusal that is certain; what else is no success has an unknown outcome."""
        code = _oauth_error(response)
        request_id = response.header("X-Request-Id")
        if code is not None:
            return TokenRefused(
                sentences.TOKEN_REFUSED,
                error=code,
                route=route,
                request_id=request_id,
                status_code=response.status,
            )
        failure = failure_of(response, route, self._clock.now())
        if isinstance(failure, ServerFailed) or response.status == HTTPStatus.TOO_MANY_REQUESTS:
            return failure
        return UnexpectedPayload(
            sentences.NOT_UNDERSTOOD, route=route, request_id=request_id, status_code=response.status
        )


def _oauth_error(response: WireResponse) -> str | None:
    """The code of RFC 6749 section 5.2, or ``None`` when the answer is no such refusal."""
    if response.status not in _REFUSING:
        return None
    value = json_of(response.body)
    code = value.get("error") if isinstance(value, dict) else None
    return code if isinstance(code, str) and code in _DEFINITIVE else None
