"""Benchmarks: `python -m bench` measures pages and jobs against floors and states the bars."""
