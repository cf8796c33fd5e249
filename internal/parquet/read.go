package parquet

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"

	"nissl"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	pq "github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
)

// Column is a column of a file. Null[i] is true where value i is missing (the zero
// value, NaN for a number with a fraction, stands in Values); nil means none is.
type Column struct {
	nissl.Column
	Null []bool
}

// Read reads the whole file as a table. Integer columns with missing values become
// numbers with NaN, missing strings "" and missing booleans false.
func Read(path string) (nissl.Table, error) {
	columns, err := Columns(path)
	if err != nil {
		return nissl.Table{}, err
	}
	var t nissl.Table
	for _, c := range columns {
		if v, ok := c.Values.([]int64); ok && c.Null != nil {
			f := make([]float64, len(v))
			for i := range v {
				if f[i] = float64(v[i]); c.Null[i] {
					f[i] = math.NaN()
				}
			}
			c.Values = f
		}
		t.Columns = append(t.Columns, c.Column)
	}
	return t, nil
}

// Columns reads the whole file with its missing values, or only the columns of some names;
// one that the file does not have is not in the result.
func Columns(path string, only ...string) ([]Column, error) {
	var out []Column
	err := scan(path, only, func(block []Column) error {
		if out == nil {
			out = block
			return nil
		}
		rows := out[0].Len()
		for i, c := range block {
			out[i].extend(c, rows)
		}
		return nil
	})
	return out, err
}

// maxPage is far more than any writer puts into a page.
const maxPage = 64 << 20

// batch is how many rows are decoded at a time.
const batch = 1 << 16

// Scan calls f with successive blocks of rows, first with one of no rows, so that f
// learns the columns of an empty file. The parts of a file that are damaged give an
// error that names the file.
func Scan(path string, f func(block []Column) error) error {
	return scan(path, nil, f)
}

func scan(path string, only []string, f func(block []Column) error) error {
	return withFile(path, func(r *file.Reader) error { return scanFile(path, r, only, f) })
}

// damaged is the error of a file that makes the Parquet library panic.
func damaged(path string, p any) error { return fmt.Errorf("%s: damaged Parquet file: %v", path, p) }

// withFile opens the file for f.
func withFile(path string, f func(r *file.Reader) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = damaged(path, p)
		}
	}()
	h, err := os.Open(path)
	if err != nil {
		return err
	}
	defer h.Close()
	st, err := h.Stat()
	if err != nil {
		return err
	}
	props := pq.NewReaderProperties(memory.DefaultAllocator)
	props.MaxUncompressedPageSize = maxPage
	r, err := file.NewParquetReader(h, file.WithReadProps(props))
	if err != nil {
		return fmt.Errorf("%s: not a Parquet file: %w", path, err)
	}
	defer r.Close()
	if err := plausible(r, st.Size()); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return f(r)
}

func scanFile(path string, r *file.Reader, only []string, f func(block []Column) error) error {
	described := descriptions(r)
	fr, err := pqarrow.NewFileReader(r, pqarrow.ArrowReadProperties{BatchSize: batch}, memory.DefaultAllocator)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	schema, err := fr.Schema()
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	var chosen []int // nil for all
	if only != nil {
		fields := []arrow.Field{}
		chosen = []int{}
		for i, field := range schema.Fields() {
			if at := r.MetaData().Schema.ColumnIndexByName(field.Name); at >= 0 && slices.Contains(only, field.Name) {
				chosen, fields = append(chosen, at), append(fields, schema.Field(i))
			}
		}
		if len(chosen) == 0 {
			return nil
		}
		schema = arrow.NewSchema(fields, nil)
	}
	empty := make([]arrow.Array, schema.NumFields())
	for i, field := range schema.Fields() {
		empty[i] = array.MakeArrayOfNull(memory.DefaultAllocator, field.Type, 0)
	}
	if err := pass(path, schema, empty, described, f); err != nil || r.NumRows() == 0 {
		return err
	}
	rr, err := fr.GetRecordReader(context.Background(), chosen, nil)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	defer rr.Release()
	for rr.Next() {
		if err := pass(path, schema, rr.RecordBatch().Columns(), described, f); err != nil {
			return err
		}
	}
	if err := rr.Err(); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// plausible refuses sizes that the file cannot hold before anything is allocated.
func plausible(r *file.Reader, size int64) error {
	for g := range r.NumRowGroups() {
		md := r.MetaData().RowGroup(g)
		if md.NumRows() < 0 {
			return fmt.Errorf("row group %d claims %d rows", g, md.NumRows())
		}
		for k := range md.NumColumns() {
			c, err := md.ColumnChunk(k)
			if err != nil {
				return fmt.Errorf("row group %d, column %d: %w", g, k, err)
			}
			if n := c.TotalCompressedSize(); n < 0 || n > size {
				return fmt.Errorf("row group %d, column %d claims %d bytes of a file of %d", g, k, n, size)
			}
		}
	}
	return nil
}

// descriptions are the units and docs of the columns. It takes the file's other
// metadata away: an Arrow schema stored there could claim any amount of memory.
func descriptions(r *file.Reader) map[string]description {
	out := map[string]description{}
	if s := r.MetaData().KeyValueMetadata().FindValue(columnsKey); s != nil {
		var list []description
		if json.Unmarshal([]byte(*s), &list) == nil {
			for _, d := range list {
				out[d.Name] = d
			}
		}
	}
	r.MetaData().FileMetaData.KeyValueMetadata = nil
	return out
}

func pass(path string, schema *arrow.Schema, arrays []arrow.Array, described map[string]description, f func([]Column) error) error {
	block := make([]Column, len(arrays))
	for i, a := range arrays {
		c, err := columnOf(schema.Field(i), a, described[schema.Field(i).Name])
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		block[i] = c
	}
	return f(block)
}

func columnOf(field arrow.Field, a arrow.Array, d description) (Column, error) {
	c := Column{Column: nissl.Column{Name: field.Name, Unit: d.Unit, Doc: d.Doc}}
	n := a.Len()
	if a.NullN() > 0 {
		c.Null = make([]bool, n)
		for i := range n {
			c.Null[i] = a.IsNull(i)
		}
	}
	switch a := a.(type) {
	case *array.Float64:
		c.Values = numbers[float64, float64](a, n, math.NaN())
	case *array.Float32:
		c.Values = numbers[float32](a, n, math.NaN())
	case *array.Int64:
		c.Values = numbers[int64, int64](a, n, 0)
	case *array.Int32:
		c.Values = numbers[int32, int64](a, n, 0)
	case *array.Int16:
		c.Values = numbers[int16, int64](a, n, 0)
	case *array.Int8:
		c.Values = numbers[int8, int64](a, n, 0)
	case *array.Uint64:
		c.Values = numbers[uint64, int64](a, n, 0)
	case *array.Uint32:
		c.Values = numbers[uint32, int64](a, n, 0)
	case *array.Uint16:
		c.Values = numbers[uint16, int64](a, n, 0)
	case *array.Uint8:
		c.Values = numbers[uint8, int64](a, n, 0)
	default:
		v, err := others(a, n)
		if err != nil {
			return c, fmt.Errorf("column %q: %w", field.Name, err)
		}
		c.Values = v
	}
	return c, nil
}

// numbers copies a column of numbers, with missing in the place of null values.
func numbers[F interface {
	~float32 | ~float64 | ~int64 | ~int32 | ~int16 | ~int8 | ~uint64 | ~uint32 | ~uint16 | ~uint8
}, T ~int64 | ~float64](a interface {
	Value(int) F
	IsNull(int) bool
}, n int, missing T) []T {
	out := make([]T, n)
	for i := range out {
		if out[i] = T(a.Value(i)); a.IsNull(i) {
			out[i] = missing
		}
	}
	return out
}

func others(a arrow.Array, n int) (any, error) {
	switch a := a.(type) {
	case *array.Float16:
		out := make([]float64, n)
		for i := range out {
			if out[i] = float64(a.Value(i).Float32()); a.IsNull(i) {
				out[i] = math.NaN()
			}
		}
		return out, nil
	case *array.Boolean:
		out := make([]bool, n)
		for i := range out {
			out[i] = a.IsValid(i) && a.Value(i)
		}
		return out, nil
	case *array.String, *array.LargeString, *array.Dictionary:
		out := make([]string, n)
		seen := map[string]string{}
		for i := range out {
			if a.IsNull(i) {
				continue
			}
			// One copy of each text, not one per row: names repeat.
			s := a.ValueStr(i)
			if known, ok := seen[s]; ok {
				s = known
			} else {
				seen[s] = s
			}
			out[i] = s
		}
		return out, nil
	}
	return nil, fmt.Errorf("values of type %s are not supported", a.DataType())
}

func (c *Column) extend(more Column, rows int) {
	if c.Null != nil || more.Null != nil {
		if c.Null == nil {
			c.Null = make([]bool, rows)
		}
		if more.Null == nil {
			more.Null = make([]bool, more.Len())
		}
		c.Null = append(c.Null, more.Null...)
	}
	switch v := c.Values.(type) {
	case []float64:
		c.Values = append(v, more.Values.([]float64)...)
	case []int64:
		c.Values = append(v, more.Values.([]int64)...)
	case []string:
		c.Values = append(v, more.Values.([]string)...)
	case []bool:
		c.Values = append(v, more.Values.([]bool)...)
	}
}
