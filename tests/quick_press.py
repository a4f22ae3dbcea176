"""`python -m tests.quick_press`: Haitu whose documents are made in no time, where thousands are approved and nobody prints them."""

import app
import documents


def quote_pdf(document, render):
    """Bytes that say everything that the real document says."""
    return b"%PDF-1.7 " + repr(document).encode()


if __name__ == "__main__":
    documents.quote_pdf = quote_pdf
    app.serve()
