"""Headers of every answer: a strict content policy, no sniffing, no framing, nothing of a signed-in page cached."""

from flask import Flask, Response, g

CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self' https://checkout.stripe.com",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)

FIXED = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def fixed_headers(over_https: bool) -> dict[str, str]:
    """The headers that are the same on every answer; HSTS only where the site is reached over https."""
    return FIXED | ({"Strict-Transport-Security": "max-age=31536000; includeSubDomains"} if over_https else {})


def secure(app: Flask, over_https: bool) -> None:
    """Put the headers on every answer."""
    fixed = fixed_headers(over_https)

    @app.after_request
    def add(response: Response) -> Response:
        for name, value in fixed.items():
            response.headers.setdefault(name, value)
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store" if g.get("acting_person_id") else "no-cache"
        response.headers["X-Request-ID"] = g.get("request_id", "")
        return response
