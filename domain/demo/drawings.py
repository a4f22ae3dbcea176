"""What the demo company would have photographed: its seal, and some of its products."""

import io
from math import cos, pi, radians, sin
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

FONT = Path(__file__).resolve().parents[2] / "static" / "vendor" / "NotoSansSC_700Bold.ttf"
RED = (200, 30, 30, 220)
SIDE, SPAN = 480, 250  # pixels of the seal; degrees that the name takes of its ring
STEEL, DARK, LENS, CABLE = "#b9c2ca", "#3c4650", "#1f6f78", "#22272c"


def seal(name):
    """A round company seal (公章): the name along the ring, a star in the middle."""
    made = Image.new("RGBA", (SIDE, SIDE))
    draw, middle = ImageDraw.Draw(made), SIDE / 2
    draw.ellipse((8, 8, SIDE - 8, SIDE - 8), outline=RED, width=12)
    draw.polygon(star(middle, 62), fill=RED)
    font = ImageFont.truetype(FONT, 52)
    for place, letter in enumerate(name):
        turned = -SPAN / 2 + SPAN * place / (len(name) - 1)
        glyph = Image.new("RGBA", (72, 84))
        ImageDraw.Draw(glyph).text((36, 42), letter, RED, font, anchor="mm")
        glyph = glyph.rotate(-turned, Image.Resampling.BICUBIC, expand=True)
        away = middle - 58
        centre = middle + away * sin(radians(turned)), middle - away * cos(radians(turned))
        made.alpha_composite(glyph, (round(centre[0] - glyph.width / 2), round(centre[1] - glyph.height / 2)))
    return png(made)


def star(middle, radius):
    corners = [(radius if corner % 2 == 0 else radius * 0.382, pi * corner / 5) for corner in range(10)]
    return [(middle + far * sin(turned), middle - far * cos(turned)) for far, turned in corners]


def rangefinder(draw):
    draw.rounded_rectangle((50, 90, 250, 220), 16, fill=STEEL)
    for left in (75, 165):
        draw.ellipse((left, 120, left + 60, 180), fill=LENS, outline=DARK, width=6)
    draw.rectangle((135, 220, 165, 280), fill=CABLE)


def barrel(draw):
    draw.rounded_rectangle((110, 40, 190, 230), 10, fill=STEEL)
    for top in range(90, 220, 14):
        draw.line((110, top, 190, top), fill=DARK, width=3)
    draw.ellipse((118, 24, 182, 60), fill=LENS)
    draw.rectangle((140, 230, 160, 285), fill=CABLE)


def curtain(draw):
    for left in (70, 200):
        draw.rounded_rectangle((left, 25, left + 34, 275), 6, fill="#e0b020")
        draw.rectangle((left + 12, 45, left + 22, 255), fill=DARK)
    for top in range(55, 250, 22):
        draw.line((104, top, 200, top), fill="#d04040", width=2)


def gauge(draw):
    draw.ellipse((80, 40, 220, 180), fill=STEEL, outline=DARK, width=8)
    draw.rectangle((105, 85, 195, 130), fill="#dfe8df", outline=DARK, width=4)
    draw.rectangle((132, 180, 168, 230), fill=DARK)
    draw.polygon([(115, 230), (185, 230), (170, 275), (130, 275)], fill=STEEL)


SHAPES = {"LD-200": rangefinder, "PX-18N": barrel, "PX-30R": barrel, "IX-M12": barrel, "SG-1040": curtain, "PT-40": gauge, "TT-20": gauge}


def product(shape):
    made = Image.new("RGB", (300, 300), "#f4f6f7")
    shape(ImageDraw.Draw(made))
    return png(made)


def png(picture):
    written = io.BytesIO()
    picture.save(written, "PNG")
    return written.getvalue()
