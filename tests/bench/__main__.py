"""`python -m tests.bench`: kept almost empty, for every reading process imports it again as it starts."""

if __name__ == "__main__":
    from tests.bench.measures import main

    main()
