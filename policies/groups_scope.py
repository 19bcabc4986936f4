"""The scope `groups`: the names of all groups the person is in, those above them included."""


def evaluate(request):
    return {"groups": sorted(group.name for group in request.user.all_groups())}
