package parquet

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"runtime"
	"strings"
	"sync"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
)

// Labelled calls f with successive runs of rows that have the same text in the column
// label, and with the values of the float64 column number in these rows, which f must not
// keep. It is made for tens of millions of rows of few labels: no text is made for each,
// and row groups are decoded on all processors. A missing text is "", a missing number NaN.
func Labelled(path, label, number string, f func(text string, values []float64) error) error {
	return withFile(path, func(r *file.Reader) error {
		descriptions(r)
		l := labelled{path: path, names: [2]string{label, number}}
		for i, name := range l.names {
			if l.columns[i] = r.MetaData().Schema.ColumnIndexByName(name); l.columns[i] < 0 {
				return fmt.Errorf("%s: no column %q", path, name)
			}
		}
		props := pqarrow.ArrowReadProperties{BatchSize: batch}
		props.SetReadDict(l.columns[0], true)
		var err error
		if l.file, err = pqarrow.NewFileReader(r, props, memory.DefaultAllocator); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		return l.each(r.NumRowGroups(), f)
	})
}

// labelled is a file that is read by its labels.
type labelled struct {
	path    string
	file    *pqarrow.FileReader
	names   [2]string // of the columns of texts and numbers
	columns [2]int
}

// each decodes the row groups on all processors and passes them on in their order.
func (l *labelled) each(n int, f func(text string, values []float64) error) error {
	groups := make([]chan labelledGroup, n)
	for g := range groups {
		groups[g] = make(chan labelledGroup, 1)
	}
	var working sync.WaitGroup
	defer working.Wait()
	stop := make(chan struct{})
	defer close(stop)
	room := make(chan struct{}, runtime.GOMAXPROCS(0)+1) // groups that are decoded and wait
	working.Go(func() {
		for g := range groups {
			select {
			case room <- struct{}{}:
				working.Go(func() { groups[g] <- l.decode(g) })
			case <-stop:
				return
			}
		}
	})
	for g := range groups {
		group := <-groups[g]
		<-room
		if group.err != nil {
			return group.err
		}
		for _, run := range group.runs {
			if err := f(run.text, group.values[run.from:run.to]); err != nil {
				return err
			}
		}
	}
	return nil
}

// labelledGroup is a decoded row group.
type labelledGroup struct {
	values []float64
	runs   []run
	err    error
}

// run is the rows from one to another that have the same text.
type run struct {
	text     string
	from, to int
}

func (l *labelled) decode(g int) (out labelledGroup) {
	defer func() {
		if p := recover(); p != nil {
			out.err = damaged(l.path, p)
		}
	}()
	rr, err := l.file.GetRecordReader(context.Background(), l.columns[:], []int{g})
	if err != nil {
		return labelledGroup{err: fmt.Errorf("%s: %w", l.path, err)}
	}
	defer rr.Release()
	first, second := rr.Schema().FieldIndices(l.names[0]), rr.Schema().FieldIndices(l.names[1])
	if len(first) != 1 || len(second) != 1 {
		return labelledGroup{err: fmt.Errorf("%s: columns %q and %q are not there once each", l.path, l.names[0], l.names[1])}
	}
	for rr.Next() {
		labels, text := rr.RecordBatch().Column(first[0]).(*array.Dictionary)
		from := len(out.values)
		switch n := rr.RecordBatch().Column(second[0]).(type) {
		case *array.Float64:
			out.values = append(out.values, n.Float64Values()...)
		case *array.Float32:
			for _, v := range n.Float32Values() {
				out.values = append(out.values, float64(v))
			}
		default:
			return labelledGroup{err: fmt.Errorf("%s: column %q is no float64", l.path, l.names[1])}
		}
		if n := rr.RecordBatch().Column(second[0]); n.NullN() > 0 {
			for i := range n.Len() {
				if n.IsNull(i) {
					out.values[from+i] = math.NaN()
				}
			}
		}
		var names *array.String
		if text {
			names, text = labels.Dictionary().(*array.String)
		}
		if !text {
			return labelledGroup{err: fmt.Errorf("%s: column %q is no text", l.path, l.names[0])}
		}
		out.add(from, labels, names)
	}
	if err := rr.Err(); err != nil && !errors.Is(err, io.EOF) {
		out.err = fmt.Errorf("%s: %w", l.path, err)
	}
	return out
}

// add adds the runs of a batch whose values begin at from.
func (o *labelledGroup) add(from int, labels *array.Dictionary, names *array.String) {
	var plain []int32 // the same as labelAt, faster, where nothing is missing
	if index, ok := labels.Indices().(*array.Int32); ok && labels.NullN() == 0 {
		plain = index.Int32Values()
	}
	for i := 0; i < labels.Len(); {
		k, to := labelAt(labels, i), i+1
		for to < len(plain) && plain[to] == plain[i] {
			to++
		}
		for plain == nil && to < labels.Len() && labelAt(labels, to) == k {
			to++
		}
		text := ""
		if k >= 0 {
			text = names.Value(k)
		}
		if last := len(o.runs) - 1; last >= 0 && o.runs[last].text == text {
			o.runs[last].to = from + to
		} else {
			o.runs = append(o.runs, run{strings.Clone(text), from + i, from + to}) // the batch's memory is used again
		}
		i = to
	}
}

// labelAt is the place of row i's text in the dictionary, -1 where it is missing.
func labelAt(d *array.Dictionary, i int) int {
	if d.IsNull(i) {
		return -1
	}
	return d.GetValueIndex(i)
}
