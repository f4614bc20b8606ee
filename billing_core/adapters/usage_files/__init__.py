"""Files of usage read row by row in bounded memory: CSV, JSON lines and Parquet."""
