package dataset

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"
)

// Document is one text that belongs together: a story, an article, a line.
type Document struct {
	Name string // file and number within it, from 0: "stories.json:17"
	Text string
}

// TextOptions says where in a file the documents are.
type TextOptions struct {
	// Field is the key of JSON objects and the column of a table that holds the text; "" means "text".
	Field string
	// Separator ends a document within a .txt file ("\n", "<|endoftext|>"); "" makes a file one document.
	// Documents that are empty but for white space are skipped.
	Separator string
}

// Documents reads texts one by one, so that a corpus may be larger than memory. By its suffix (and .gz
// after it) a file is .txt: text; .json: a list of strings or of objects; .jsonl: one of either per line;
// .csv, .tsv: a table with a header. A folder is all such files in it, in order of their names. Text is
// UTF-8; a byte order mark is dropped. The first error ends the sequence.
func Documents(path string, o TextOptions) iter.Seq2[Document, error] {
	if o.Field == "" {
		o.Field = "text"
	}
	return func(yield func(Document, error) bool) {
		paths, err := textFiles(path)
		if err != nil {
			yield(Document{}, err)
			return
		}
		for _, p := range paths {
			f, err := open(p)
			if err != nil {
				yield(Document{}, err)
				return
			}
			err = readText(f, format(p), o, yield)
			f.close()
			if err != nil {
				if !errors.Is(err, errStop) {
					yield(Document{}, err)
				}
				return
			}
		}
	}
}

// ReadDocuments reads all of them into memory.
func ReadDocuments(path string, o TextOptions) ([]Document, error) {
	var out []Document
	for d, err := range Documents(path, o) {
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}

// errStop says that the consumer wants no more.
var errStop = errors.New("stopped")

// format is the suffix that says how a text file is written, "" for none of them.
func format(path string) string {
	ext := strings.ToLower(filepath.Ext(strings.TrimSuffix(strings.ToLower(path), ".gz")))
	if slices.Contains([]string{".txt", ".json", ".jsonl", ".csv", ".tsv"}, ext) {
		return ext
	}
	return ""
}

// textFiles is the file, or the text files of the folder.
func textFiles(path string) ([]string, error) {
	var out []string
	err := filepath.WalkDir(path, func(p string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() && (format(p) != "" || p == path) {
			out = append(out, p)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(out) == 0 || format(out[0]) == "" {
		return nil, fmt.Errorf("%s: want a .txt, .json, .jsonl, .csv or .tsv file (or .gz of one), or a folder of them", path)
	}
	return out, nil
}

// reader hands on the documents of one file.
type reader struct {
	*file
	options TextOptions
	yield   func(Document, error) bool
	count   int
}

// readText reads one file; it returns errStop where the consumer has stopped.
func readText(f *file, ext string, o TextOptions, yield func(Document, error) bool) error {
	if mark, _ := f.in.Peek(3); string(mark) == "\xef\xbb\xbf" {
		f.in.Discard(3)
		f.at = 3
	}
	r := &reader{file: f, options: o, yield: yield}
	switch ext {
	case ".json":
		return r.json()
	case ".jsonl":
		return r.lines()
	case ".csv":
		return r.table(',')
	case ".tsv":
		return r.table('\t')
	}
	if o.Separator == "" {
		b, err := io.ReadAll(f)
		if err != nil {
			return f.fail(f.at, "%w", err)
		}
		return r.hand(f.at-int64(len(b)), string(b))
	}
	return r.separated()
}

// hand gives a document that begins at an offset to the consumer.
func (r *reader) hand(at int64, text string) error {
	if i := invalid(text); i >= 0 {
		return r.fail(at, "document %d is not UTF-8 from its byte %d on (% x)", r.count, i, text[i:min(len(text), i+4)])
	}
	name := fmt.Sprintf("%s:%d", filepath.Base(r.name), r.count)
	r.count++
	r.renew()
	if strings.TrimSpace(text) == "" {
		return nil
	}
	if !r.yield(Document{name, text}, nil) {
		return errStop
	}
	return nil
}

// invalid is where a text stops being UTF-8, or -1.
func invalid(text string) int {
	if utf8.ValidString(text) {
		return -1
	}
	for i, c := range text {
		if c == utf8.RuneError && !strings.HasPrefix(text[i:], "\uFFFD") {
			return i
		}
	}
	return -1
}

func (r *reader) separated() error {
	s := bufio.NewScanner(r.file)
	s.Buffer(nil, maxDocument)
	end := []byte(r.options.Separator)
	at := r.at    // of the document that comes next
	searched := 0 // bytes of it in which no separator begins: not searched again when more come
	s.Split(func(data []byte, last bool) (int, []byte, error) {
		if i := bytes.Index(data[searched:], end); i >= 0 {
			i += searched
			searched = 0
			return i + len(end), data[:i], nil
		}
		if last && len(data) > 0 {
			searched = 0
			return len(data), data, nil
		}
		searched = max(0, len(data)-len(end)+1)
		return 0, nil, nil
	})
	for s.Scan() {
		if err := r.hand(at, s.Text()); err != nil {
			return err
		}
		at += int64(len(s.Bytes()) + len(end))
	}
	if err := s.Err(); err != nil {
		return r.fail(at, "%w", err)
	}
	return nil
}

func (r *reader) json() error {
	start := r.at
	d := json.NewDecoder(r.file)
	token, err := d.Token()
	if err != nil || token != json.Delim('[') {
		return r.fail(start, "%w", orElse(err, fmt.Errorf("begins with %v, want a JSON list of strings or of objects with the text as %q", token, r.options.Field)))
	}
	for d.More() {
		var raw json.RawMessage
		at := start + d.InputOffset()
		if err := d.Decode(&raw); err != nil {
			return r.fail(at, "item %d of the JSON list: %w", r.count, err)
		}
		if err := r.value(at, raw); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil {
		return r.fail(start+d.InputOffset(), "the JSON list does not end: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return r.fail(start+d.InputOffset(), "the file goes on after the JSON list")
	}
	return nil
}

// value hands on a string, or the text of an object.
func (r *reader) value(at int64, raw []byte) error {
	if !utf8.Valid(raw) {
		return r.fail(at, "document %d is not UTF-8", r.count)
	}
	var text *string
	var err error
	if len(raw) > 0 && raw[0] == '{' {
		var object map[string]json.RawMessage
		if err = json.Unmarshal(raw, &object); err == nil {
			field, ok := object[r.options.Field]
			if !ok {
				return r.fail(at, "document %d has no %q", r.count, r.options.Field)
			}
			err = json.Unmarshal(field, &text)
		}
	} else {
		err = json.Unmarshal(raw, &text)
	}
	if err != nil || text == nil {
		return r.fail(at, "document %d: %w", r.count, orElse(err, fmt.Errorf("null, want a string or an object with a string as %q", r.options.Field)))
	}
	return r.hand(at, *text)
}

func (r *reader) lines() error {
	in := bufio.NewReader(r.file)
	at := r.at
	for {
		line, err := in.ReadBytes('\n')
		if err != nil && err != io.EOF {
			return r.fail(at, "%w", err)
		}
		if text := bytes.TrimSpace(line); len(text) > 0 {
			if err := r.value(at, text); err != nil {
				return err
			}
		}
		at += int64(len(line))
		if err == io.EOF {
			return nil
		}
	}
}

func (r *reader) table(comma rune) error {
	start := r.at
	t := csv.NewReader(r.file)
	t.Comma = comma
	header, err := t.Read()
	if err != nil {
		return r.fail(start, "header: %w", err)
	}
	column := slices.Index(header, r.options.Field)
	if column < 0 {
		return r.fail(start, "no column is named %q, want one of %q", r.options.Field, header)
	}
	t.ReuseRecord = true
	for {
		at := start + t.InputOffset()
		row, err := t.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return r.fail(at, "%w", err)
		}
		if err := r.hand(at, row[column]); err != nil {
			return err
		}
	}
}

func orElse(err, other error) error {
	if err != nil {
		return err
	}
	return other
}
