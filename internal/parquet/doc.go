// Package parquet writes and reads tables as Parquet files that open elsewhere
// (pandas, DuckDB, R). A column's physical unit and meaning travel as the field
// metadata "unit" and "doc". The same table gives the same bytes.
package parquet
