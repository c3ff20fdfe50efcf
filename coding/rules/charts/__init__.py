"""Charts as finished values: scales, path data and words, for a template to write as SVG."""
