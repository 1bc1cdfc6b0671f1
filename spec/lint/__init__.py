"""The lint: is a document fit to be served, judged by and generated from?"""
