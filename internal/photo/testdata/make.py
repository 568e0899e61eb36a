# SPDX-License-Identifier: Apache-2.0
# Makes the pictures here that Go's own packages cannot write: four grey squares, as in the tests. Needs Pillow 12.
from PIL import Image

squares = Image.new("L", (80, 64))
for y in range(64):
    for x in range(80):
        squares.putpixel((x, y), 40 + 60 * (x // 40) + 120 * (y // 32))
squares = squares.convert("RGB")
turned = Image.Exif()
turned[0x112] = 6  # orientation
see_through = squares.convert("RGBA")
see_through.paste((0, 0, 0, 0), (0, 0, 40, 32))

squares.save("lossy.webp", quality=80, method=6)
squares.save("lossless.webp", lossless=True, method=6)
squares.save("orientation6.webp", lossless=True, exif=turned)
squares.save("animated.webp", lossless=True, save_all=True, append_images=[squares.rotate(180)])
see_through.save("alpha.webp", quality=80)
squares.save("progressive.jpg", progressive=True, quality=70)
squares.convert("CMYK").save("cmyk.jpg", quality=80)
