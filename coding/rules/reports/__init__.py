"""Reports: figures of one practice and one period as plain tables, and the files made of them."""
