"""Numbers of things in words, so that one image is never called “1 images”."""


def counted(number: int, thing: str = "image", things: str = "") -> str:
    """Say how many: “1 image”, “1,200 images”; `things` where the plural is not made with an s."""
    return f"{number:,} {thing if number == 1 else things or thing + 's'}"
