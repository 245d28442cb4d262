"""Signs the owner in: plain forms, because only an answer over HTTP can set a guarded cookie."""

import html
from urllib.parse import parse_qs

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from recommender.errors import RecommenderError
from recommender.serving.access import COOKIE, SESSION_S
from recommender.ui.shared import standing

MAX_FORM_BYTES = 4_096
AFTERWARDS = "./catalogues"
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Sign in · Lookalike</title>
<style>
  body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 22rem; margin: 12vh auto;
    padding: 1rem }}
  input, button {{ font: inherit; padding: .6rem .9rem; border-radius: .6rem; width: 100%;
    box-sizing: border-box; margin-top: .4rem; border: 1px solid #888 }}
  button {{ background: #0a6e68; color: #fff; border: 0; margin-top: 1rem }}
  [role=alert] {{ color: #b3261e }}
</style>
<h1>Sign in</h1>
<p>For the owner of this shop, to add and change catalogues.</p>
{message}
<form method="post" action="sign-in">
  <label>Password<input type="password" name="password" autocomplete="current-password"
    required autofocus></label>
  <button>Sign in</button>
</form>
<p><a href="./">Back to the products</a></p>
</html>
"""


async def show(_request: Request) -> Response:
    """The form; where no password is set, one sentence that says so."""
    if not standing.access().has_password:
        return _page("No password is set on this server, so nobody can sign in.", 403)
    return _page()


async def sign_in(request: Request) -> Response:
    """Check the password and begin a session."""
    declared = request.headers.get("content-length", "")
    if not declared.isdigit() or int(declared) > MAX_FORM_BYTES:
        return _page("That is too long for a password.", 413)
    fields = parse_qs((await request.body()).decode("utf-8", "replace"))
    password = fields.get("password", [""])[0]
    try:
        token = await anyio.to_thread.run_sync(standing.access().sign_in, password)
    except RecommenderError as error:
        return _page(f"{str(error)[0].upper()}{str(error)[1:]}.", 429)
    if token is None:
        return _page("That password is not right.", 403)
    answer = RedirectResponse(AFTERWARDS, 303)
    answer.set_cookie(
        COOKIE,
        token,
        max_age=int(SESSION_S),
        httponly=True,
        samesite="strict",
        secure=_is_encrypted(request),
    )
    return answer


async def sign_out(request: Request) -> Response:
    """End the session."""
    standing.access().sign_out(request.cookies.get(COOKIE, ""))
    answer = RedirectResponse(AFTERWARDS, 303)
    answer.delete_cookie(COOKIE, httponly=True, samesite="strict")
    return answer


def _is_encrypted(request: Request) -> bool:
    forwarded = request.headers.get("x-forwarded-proto", "")
    return request.url.scheme == "https" or forwarded.lower() == "https"


def _page(message: str = "", status: int = 200) -> HTMLResponse:
    alert = f'<p role="alert">{html.escape(message)}</p>' if message else ""
    return HTMLResponse(PAGE.format(message=alert), status, headers={"Cache-Control": "no-store"})


ROUTES = [
    Route(f"/{standing.SIGN_IN}", show),
    Route(f"/{standing.SIGN_IN}", sign_in, methods=["POST"]),
    Route(f"/{standing.SIGN_OUT}", sign_out, methods=["POST"]),
]
