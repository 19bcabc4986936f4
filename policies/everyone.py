"""Lets in everybody who has signed in; an app that anybody may open says so with this policy."""


def evaluate(request):
    return True
