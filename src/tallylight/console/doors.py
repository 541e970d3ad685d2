"""Who may open a page. A view behind one of these gets the viewer as its second argument."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from tallylight.accounts.api import Viewer, require_staff, viewer_of
from tallylight.kernel.errors import NotSignedIn

P = ParamSpec("P")
Page = Callable[Concatenate[HttpRequest, Viewer, P], HttpResponseBase]
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def signed_in(page: Page[P]) -> View[P]:
    """For everybody who is signed in; others are asked to sign in and come back."""

    @wraps(page)
    def view(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            viewer = viewer_of(request)
        except NotSignedIn:
            return redirect_to_login(request.get_full_path())
        response = page(request, viewer, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return response

    return view


def staff_only(page: Page[P]) -> View[P]:
    """For the provider's staff. Raises RoleRequired for others."""

    @signed_in
    @wraps(page)
    def view(request: HttpRequest, viewer: Viewer, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        require_staff(viewer)
        return page(request, viewer, *args, **kwargs)

    return view


def reader_of(request: HttpRequest) -> Viewer | None:
    """The viewer on a public page, None when nobody is signed in."""
    try:
        return viewer_of(request)
    except NotSignedIn:
        return None


def wants_part(request: HttpRequest) -> bool:
    """Whether the page's own script asks again for a part of it."""
    return request.headers.get("HX-Request") == "true"
