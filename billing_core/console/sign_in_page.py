"""The sign-in page as one self-contained HTML document: a real form that password managers understand."""

from collections.abc import Sequence

from billing_core.console.formatting import html_text

_STYLE = """
@font-face { font-family: "Inter Tab"; src: url("/app/static/InterTab-latin.woff2") format("woff2");
  font-weight: 100 900; font-display: swap; }
:root { color-scheme: light dark; --ink: light-dark(#15181E, #E7E9ED); --muted: light-dark(#5B6472, #9AA3B2);
  --page: light-dark(#F8F9FB, #0B0D10); --card: light-dark(#FFFFFF, #0F1115); --line: light-dark(#E2E5EA, #2A2E37);
  --field-line: light-dark(#8A93A3, #646E80); --primary: light-dark(#4457D1, #5A6AE2);
  --primary-hover: light-dark(#3A4CC0, #4F5FD6);
  --bad: light-dark(#C5303A, #FF8A8F); --bad-fill: light-dark(#FCEDEE, #2E191B); }
* { box-sizing: border-box; }
body { margin: 0; padding: clamp(24px, 9vh, 88px) 16px 32px; background: var(--page); color: var(--ink);
  font: 400 14px/1.45 "Inter Tab", system-ui, -apple-system, "Segoe UI", sans-serif; }
main { max-width: 384px; margin: 0 auto; }
.brand { display: flex; align-items: center; gap: 10px; margin-bottom: 16px; font-size: 15px; font-weight: 600; }
.brand svg { width: 24px; height: 24px; } .brand rect.mark { fill: var(--primary); }
.card { padding: 28px; border: 1px solid var(--line); border-radius: 10px; background: var(--card); }
h1 { margin: 0 0 2px; font-size: 20px; font-weight: 600; letter-spacing: -.011em; }
p { margin: 0; color: var(--muted); }
form { margin-top: 20px; }
label { display: block; margin: 16px 0 6px; font-weight: 500; }
input { width: 100%; height: 40px; padding: 0 12px; border: 1px solid var(--field-line); border-radius: 6px;
  background: transparent; color: inherit; font: inherit; font-size: 16px; }
:is(input, button, a):focus-visible { outline: 2px solid var(--primary); outline-offset: 2px; }
button, .button { display: block; width: 100%; height: 40px; padding: 0 12px; border: 0; border-radius: 6px;
  font: inherit; font-weight: 500; line-height: 40px; text-align: center; text-decoration: none; cursor: pointer; }
button { margin-top: 20px; background: var(--primary); color: #FFFFFF; }
button:hover { background: var(--primary-hover); }
.button { border: 1px solid var(--field-line); color: inherit; line-height: 38px; }
.or { display: flex; align-items: center; gap: 12px; margin: 18px 0; color: var(--muted); font-size: 12px; }
.or::before, .or::after { content: ""; flex: 1; border-top: 1px solid var(--line); }
.error { margin-top: 16px; padding: 10px 12px; border-radius: 6px; background: var(--bad-fill); color: var(--bad); }
.demo { margin-top: 24px; color: var(--muted); font-size: 12px; }
.demo h2 { margin: 0 0 6px; font-size: 12px; font-weight: 500; }
.demo table { width: 100%; border-collapse: collapse; }
.demo :is(th, td) { padding: 5px 12px 5px 0; border-top: 1px solid var(--line); text-align: left; font-weight: 400;
  overflow-wrap: anywhere; }
.demo td:last-child { padding-right: 0; }
"""

_MARK = (
    '<svg viewBox="0 0 24 24" aria-hidden="true"><rect class="mark" width="24" height="24" rx="5.5"/><g fill="#FFFFFF">'
    '<rect x="5" y="10.8" width="2.2" height="5.4" rx="1.1"/><rect x="9" y="7.6" width="2.2" height="8.6" rx="1.1"/>'
    '<rect x="13" y="9.6" width="2.2" height="6.6" rx="1.1"/><rect x="17" y="5.6" width="2.2" height="10.6" rx="1.1"/>'
    "</g></svg>"
)


def sign_in_page(
    *,
    next_path: str,
    error: str | None,
    email: str = "",
    demo_accounts: Sequence[tuple[str, str, str]] = (),
    sso_url: str | None = None,
) -> str:
    """The whole page; the form posts `email`, `password` and `next` to `/login`.

    `next_path` is where to go afterwards (the caller has made sure that it is on this site), `error` a sentence for
    a person, `demo_accounts` lists (role, e-mail, password) below the card. Every value is escaped.
    """
    alert = f'<div class="error" role="alert" id="error">{html_text(error)}</div>' if error else ""
    described = ' aria-describedby="error"' if error else ""
    focus_email, focus_password = ("", " autofocus") if email else (" autofocus", "")
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Sign in · Tollbooth</title>
<link rel="icon" href="/app/static/mark.svg">
<style>{_STYLE}</style>
</head>
<body>
<main>
<div class="brand">{_MARK}Tollbooth</div>
<div class="card">
<h1>Sign in</h1>
<p>Usage, credits and invoices for your AI products.</p>
{alert}
<form method="post" action="/login">
<input type="hidden" name="next" value="{html_text(next_path)}">
<label for="email">Work email</label>
<input id="email" name="email" type="email" value="{html_text(email)}"
  autocomplete="username" required{described}{focus_email}>
<label for="password">Password</label>
<input id="password" name="password" type="password"
  autocomplete="current-password" required{described}{focus_password}>
<button type="submit">Sign in</button>
</form>
{_sso(sso_url)}
</div>
{_demo(demo_accounts)}
</main>
</body>
</html>
"""


def _sso(url: str | None) -> str:
    if url is None:
        return ""
    return f'<div class="or">or</div><a class="button" href="{html_text(url)}">Continue with single sign-on</a>'


def _demo(accounts: Sequence[tuple[str, str, str]]) -> str:
    if not accounts:
        return ""
    rows = "".join(
        f'<tr><th scope="row">{html_text(role)}</th><td>{html_text(email)}</td><td>{html_text(password)}</td></tr>'
        for role, email, password in accounts
    )
    return (
        f'<section class="demo" aria-labelledby="demo"><h2 id="demo">Demo sign-ins</h2><table>{rows}</table></section>'
    )
