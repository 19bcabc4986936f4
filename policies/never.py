"""Never passes: keeps a step out of a flow whose bindings stay."""


def evaluate(request):
    return False
