"""Passes for people who come back from a source, such as a social login, which knows who they are."""


def evaluate(request):
    return ak_is_sso_flow
