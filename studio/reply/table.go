package reply

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"os"
	"path/filepath"

	"nissl"
	"nissl/internal/parquet"
)

// Column is a column of a table as pages get it.
type Column struct {
	Name   string `json:"name"`
	Unit   string `json:"unit,omitempty"`
	Doc    string `json:"doc,omitempty"`
	Type   string `json:"type"` // number, text or bool
	Values any    `json:"values"`
}

// Columns are a table's columns as pages get them.
func Columns(t nissl.Table) []Column {
	out := make([]Column, len(t.Columns))
	for i, c := range t.Columns {
		out[i] = Column{Name: c.Name, Unit: c.Unit, Doc: c.Doc, Type: "number", Values: c.Values}
		switch v := c.Values.(type) {
		case []float64:
			out[i].Values = Numbers(v)
		case []string:
			out[i].Type = "text"
		case []bool:
			out[i].Type = "bool"
		}
	}
	return out
}

// Table answers with a table in the format that the request asks for: ?format=csv or parquet, which a browser
// saves as NAME.csv or NAME.parquet, else JSON {"columns": [...]}.
func Table(w http.ResponseWriter, r *http.Request, name string, t nissl.Table) error {
	switch r.URL.Query().Get("format") {
	case "csv":
		b, err := CSV(t)
		if err != nil {
			return err
		}
		return File(w, "text/csv; charset=utf-8", name+".csv", b)
	case "parquet":
		dir, err := os.MkdirTemp("", "nissl-table")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		path := filepath.Join(dir, "table.parquet")
		if err := parquet.Write(path, t); err != nil {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return File(w, "application/vnd.apache.parquet", name+".parquet", b)
	}
	return JSON(w, map[string]any{"name": name, "rows": t.Rows(), "columns": Columns(t)})
}

// CSV is the table with a line of names; a unit stands behind its column's name in brackets.
func CSV(t nissl.Table) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	row := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		row[i] = c.Name
		if c.Unit != "" {
			row[i] += " [" + c.Unit + "]"
		}
	}
	if err := w.Write(row); err != nil {
		return nil, err
	}
	for k := range t.Rows() {
		for i, c := range t.Columns {
			row[i] = c.Text(k)
		}
		if err := w.Write(row); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}
