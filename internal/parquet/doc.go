// Package parquet writes and reads tables as Parquet files that open elsewhere
// (pandas, DuckDB, R). The columns' physical units and meanings travel in the
// file's metadata: entry "columns", a JSON list of name, unit and doc. The same table
// gives the same bytes.
package parquet
