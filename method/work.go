package method

// Work is one row of the catalogue of papers, with what the program does about it.
type Work struct {
	Row       int    `json:"row"`
	Title     string `json:"title"`
	Weight    int    `json:"weight"` // how often it was asked for, 1 to 5
	Family    string `json:"family"`
	Kind      string `json:"kind"`   // method, analysis, theory, benchmark, review, ...
	System    string `json:"system"` // its short name in the catalogue
	Verb      string `json:"verb"`   // the command it belongs to, "none" for a paper with nothing to run
	Does      string `json:"does"`   // input -> algorithm -> output
	Needs     string `json:"needs"`
	WorksWhen string `json:"works_when"` // what a reproduction must show
	Here      string `json:"here"`       // full, scaled, simulated or no: how far it can be shown on a small machine
	Reach     int    `json:"reach"`      // how central it is to a laboratory, 1 to 5

	State   WorkState `json:"state"`
	Reason  string    `json:"reason,omitempty"`  // why it cannot run here
	Methods []string  `json:"methods,omitempty"` // methods that cite it
	Claims  []string  `json:"claims,omitempty"`  // METHOD/CLAIM of each of their claims
}

// WorkState says whether a paper runs.
type WorkState string

// The states of a paper.
const (
	Works     WorkState = "works"
	NotYet    WorkState = "not yet"
	CannotRun WorkState = "cannot run here"
)
