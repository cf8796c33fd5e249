package nissl

// Finding is what a method returns: figures that can be checked, tables and arrays
// that open elsewhere, evidence that says what chance would have given, and where it
// all came from.
type Finding struct {
	Method  string  `json:"method"`
	Verb    string  `json:"verb"`
	Summary string  `json:"summary"` // a few plain sentences for a person
	Papers  []Paper `json:"papers"`

	Params  map[string]any `json:"params"`
	Seed    uint64         `json:"seed"`
	Inputs  []Source       `json:"inputs"`
	Version string         `json:"version"`

	Metrics  []Metric   `json:"metrics"`
	Evidence []Evidence `json:"evidence"`
	Notes    []string   `json:"notes,omitempty"`

	Tables  []NamedTable `json:"-"`
	Arrays  []Array      `json:"-"`
	Figures []Figure     `json:"-"`

	// Folder holds further files that are part of the finding, such as a recording that was too large
	// for memory; they are taken over into the finding's own folder.
	Folder string `json:"-"`
}

// Paper is the source of a method. Row is its number in the catalogue, 0 if it is
// not in it.
type Paper struct {
	Row     int    `json:"row,omitempty"`
	Authors string `json:"authors"`
	Year    int    `json:"year"`
	Title   string `json:"title"`
	Where   string `json:"where,omitempty"` // journal or DOI
}

// Source is an input file by content.
type Source struct {
	Path   string `json:"path"`
	SHA256 string `json:"sha256"`
}

// Metric is one named number of the result.
type Metric struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit,omitempty"`
	Doc   string  `json:"doc,omitempty"`
}

// Evidence sets an observed value beside what chance gives.
type Evidence struct {
	Name     string    `json:"name"`
	Observed float64   `json:"observed"`
	Null     string    `json:"null"`           // how the null was made, in words
	NullMean float64   `json:"null_mean"`      // mean over the null runs
	NullRuns []float64 `json:"null_runs"`      // every null run
	Effect   float64   `json:"effect"`         // observed - null mean, unless Doc says otherwise
	P        float64   `json:"p"`              // (1 + null runs at least as large) / (1 + null runs)
	Doc      string    `json:"doc,omitempty"`  // what the number means
	Causal   string    `json:"causal"`         // the causal check, or why there is none
	Passed   bool      `json:"passed"`         // whether the method itself calls it a finding
	Unit     string    `json:"unit,omitempty"` // of Observed
}

// NamedTable is written to tables/NAME.parquet.
type NamedTable struct {
	Name string
	Doc  string
	Table
}

// Array is written to arrays/NAME.npy, row-major. Exactly one of F32 and F64 is set.
type Array struct {
	Name  string
	Doc   string // meaning and unit of the axes
	Shape []int
	F32   []float32
	F64   []float64
}

// Metric returns the metric of that name.
func (f *Finding) Metric(name string) (float64, bool) {
	for _, m := range f.Metrics {
		if m.Name == name {
			return m.Value, true
		}
	}
	return 0, false
}

// AddMetric appends a metric.
func (f *Finding) AddMetric(name string, value float64, unit, doc string) {
	f.Metrics = append(f.Metrics, Metric{name, value, unit, doc})
}

// AddTable appends a table.
func (f *Finding) AddTable(name, doc string, columns ...Column) {
	f.Tables = append(f.Tables, NamedTable{name, doc, Table{columns}})
}

// TableNamed returns the table of that name, or nil.
func (f *Finding) TableNamed(name string) *NamedTable {
	for i := range f.Tables {
		if f.Tables[i].Name == name {
			return &f.Tables[i]
		}
	}
	return nil
}

// ArrayNamed returns the array of that name, or nil.
func (f *Finding) ArrayNamed(name string) *Array {
	for i := range f.Arrays {
		if f.Arrays[i].Name == name {
			return &f.Arrays[i]
		}
	}
	return nil
}
