"""Passes unless the brand that answers names another login: keeps authentik's own from being a way around it."""


def evaluate(request):
    login = request.http_request.brand.flow_authentication
    return login is None or login.slug == "default-authentication-flow"
