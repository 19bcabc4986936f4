"""Passes unless the sign-in began with a passkey, which is two factors already and cannot be guessed."""


def evaluate(request):
    return request.context.get("auth_method") != "auth_webauthn_pwl"
