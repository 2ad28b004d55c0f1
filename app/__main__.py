"""`python -m app` is the program `leadglass`."""

if __name__ == "__main__":  # worker processes import this module again, and need no command line
    from app.cli.main import run

    run()
