package parquet

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"nissl"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	pq "github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
)

// Write writes the table to a new file, durable when it returns.
func Write(path string, t nissl.Table) error {
	w, err := Create(path, t.Columns)
	if err != nil {
		return err
	}
	if err := w.Append(t); err != nil {
		w.Close()
		return err
	}
	return w.Close()
}

// Writer writes a table in blocks of rows.
type Writer struct {
	path   string
	file   *os.File
	schema *arrow.Schema
	out    *pqarrow.FileWriter
}

// Create starts a file with the given columns; only their names, units, docs and the
// types of their values count. Columns may be null in a block that lacks them.
func Create(path string, columns []nissl.Column) (*Writer, error) {
	schema, err := schemaOf(columns)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	opts := []pq.WriterProperty{pq.WithCompression(compress.Codecs.Snappy), pq.WithCreatedBy("nissl version " + nissl.Version)}
	for _, c := range columns {
		if _, number := c.Values.([]float64); number {
			// Samples and times hardly repeat: a dictionary would only cost.
			opts = append(opts, pq.WithDictionaryFor(c.Name, false))
		}
	}
	// The Parquet writer closes what it is given; this keeps the file ours until it
	// has reached the disk.
	out, err := pqarrow.NewFileWriter(schema, struct{ io.Writer }{f}, pq.NewWriterProperties(opts...), pqarrow.NewArrowWriterProperties())
	if err == nil {
		err = describe(out, columns)
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return &Writer{path: path, file: f, schema: schema, out: out}, nil
}

// Append writes the rows of the block. A column that the block lacks is null in them;
// one that the file lacks is an error.
func (w *Writer) Append(t nissl.Table) error {
	n := t.Rows()
	columns := make([]arrow.Array, w.schema.NumFields())
	used := 0
	for i, field := range w.schema.Fields() {
		c, ok := t.Column(field.Name)
		switch {
		case !ok:
			columns[i] = array.MakeArrayOfNull(memory.DefaultAllocator, field.Type, n)
			continue
		case c.Len() != n:
			return fmt.Errorf("%s: column %q has %d rows, column %q has %d", w.path, c.Name, c.Len(), t.Columns[0].Name, n)
		}
		used++
		columns[i] = values(c)
		if !arrow.TypeEqual(columns[i].DataType(), field.Type) {
			return fmt.Errorf("%s: column %q is %s in one block and %s in another", w.path, c.Name, field.Type, columns[i].DataType())
		}
	}
	if used != len(t.Columns) {
		return fmt.Errorf("%s: a block has a column that the file does not declare", w.path)
	}
	if n == 0 {
		return nil
	}
	return w.out.Write(array.NewRecordBatch(w.schema, columns, int64(n)))
}

// Close completes the file and makes it durable.
func (w *Writer) Close() error {
	if err := w.out.Close(); err != nil {
		w.file.Close()
		return fmt.Errorf("%s: %w", w.path, err)
	}
	if err := w.file.Sync(); err != nil {
		w.file.Close()
		return fmt.Errorf("%s: %w", w.path, err)
	}
	return w.file.Close()
}

func schemaOf(columns []nissl.Column) (*arrow.Schema, error) {
	fields := make([]arrow.Field, len(columns))
	seen := map[string]bool{}
	for i, c := range columns {
		if c.Name == "" || seen[c.Name] {
			return nil, fmt.Errorf("column %d: name %q is empty or taken", i, c.Name)
		}
		seen[c.Name] = true
		f := arrow.Field{Name: c.Name, Nullable: true}
		switch c.Values.(type) {
		case []float64:
			f.Type = arrow.PrimitiveTypes.Float64
		case []int64:
			f.Type = arrow.PrimitiveTypes.Int64
		case []string:
			f.Type = arrow.BinaryTypes.String
		case []bool:
			f.Type = arrow.FixedWidthTypes.Boolean
		default:
			return nil, fmt.Errorf("column %q holds %T", c.Name, c.Values)
		}
		fields[i] = f
	}
	return arrow.NewSchema(fields, nil), nil
}

// columnsKey is the entry of the file's metadata that describes the columns.
const columnsKey = "columns"

// description is what the file's metadata says of a column.
type description struct {
	Name string `json:"name"`
	Unit string `json:"unit,omitempty"`
	Doc  string `json:"doc,omitempty"`
}

func describe(out *pqarrow.FileWriter, columns []nissl.Column) error {
	var list []description
	for _, c := range columns {
		if c.Unit != "" || c.Doc != "" {
			list = append(list, description{c.Name, c.Unit, c.Doc})
		}
	}
	if list == nil {
		return nil
	}
	b, err := json.Marshal(list)
	if err != nil {
		return err
	}
	return out.AppendKeyValueMetadata(columnsKey, string(b))
}

func values(c nissl.Column) arrow.Array {
	switch v := c.Values.(type) {
	case []float64:
		b := array.NewFloat64Builder(memory.DefaultAllocator)
		b.AppendValues(v, nil)
		return b.NewArray()
	case []int64:
		b := array.NewInt64Builder(memory.DefaultAllocator)
		b.AppendValues(v, nil)
		return b.NewArray()
	case []string:
		b := array.NewStringBuilder(memory.DefaultAllocator)
		b.AppendValues(v, nil)
		return b.NewArray()
	case []bool:
		b := array.NewBooleanBuilder(memory.DefaultAllocator)
		b.AppendValues(v, nil)
		return b.NewArray()
	}
	panic(fmt.Sprintf("parquet: column %q holds %T", c.Name, c.Values))
}
