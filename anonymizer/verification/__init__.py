"""The independent verifier: masked files are read and judged by other code than masked them."""
