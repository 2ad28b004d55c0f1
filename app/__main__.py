"""`python -m app` is the program `leadglass`."""

from app.cli.main import run

if __name__ == "__main__":  # worker processes import this module again
    run()
