# noqa: INP001 a file to start, in no package
"""What spark-submit starts, which takes a file only: `jifen` itself, with the words behind this file's name (docs/portfolio.md)."""

from service.cli import main

if __name__ == "__main__":
    main()
