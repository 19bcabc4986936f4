"""The scope `email` with `email_verified: true`, for apps that refuse an unverified address."""


def evaluate(request):
    return {"email": request.user.email, "email_verified": True}
