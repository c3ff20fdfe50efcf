"""The streams of news (server-sent events): a process of its own that reads rows and writes none but refusals."""
