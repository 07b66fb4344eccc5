"""Signing in at Procore: the authorization-code flow, the tokens it gives, and the grant that holds them."""
