"""/login and /logout."""

from __future__ import annotations

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.forms import EmailField, EmailInput
from django.utils.translation import gettext_lazy as _


class SignInForm(AuthenticationForm):
    """Mail address and password."""

    username = EmailField(
        label=_("Mail address"), widget=EmailInput(attrs={"autofocus": True, "autocomplete": "username"})
    )
    error_messages = {
        "invalid_login": _("This mail address and password don't belong together. Check both and try again."),
        "inactive": _("This account is closed. An administrator of your organisation can open it again."),
    }


login = LoginView.as_view(
    template_name="console/login.html", authentication_form=SignInForm, redirect_authenticated_user=True
)
logout = LogoutView.as_view()
