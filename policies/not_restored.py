"""Passes unless the flow goes on from a link in an e-mail, or from one an administrator made: then the person is known."""


def evaluate(request):
    return not request.context.get("is_restored", False)
