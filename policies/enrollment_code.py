"""Passes when the code of the invitation has to be asked for: it is neither in the link nor entered.

The link's is lost on the way through a source.
"""


def evaluate(request):
    link = http_request.session.get("authentik/flows/get") or {}
    entered = request.context.get("prompt_data") or {}
    return "itoken" not in link and "token" not in link and "token" not in entered
