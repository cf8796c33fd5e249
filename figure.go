package nissl

// Figure says what to draw, not how: view turns it into a terminal drawing, SVG, PNG
// or a page. Panels lie below one another, or next to each other where Beside is set.
// SharedX gives all panels with a continuous x axis (Lines, Raster, a Heatmap with X)
// the same one.
type Figure struct {
	Name    string // file name without extension
	Title   string
	Caption string // what to see in it, and the null
	SharedX bool
	Groups  []string // names of the groups, which have the same colours in all panels
	Panels  []Panel
}

// Panel is one set of axes. Exactly one of the drawings is set.
type Panel struct {
	Title          string
	XLabel, YLabel string
	Height         float64 // relative to the other panels; 0 is 1
	Beside         bool    // to the right of the panel before it

	Heatmap *Heatmap
	Lines   *Lines
	Bars    *Bars
	Graph   *Graph
	Flow    *Flow
	Raster  *Raster
}

// Heatmap is a matrix drawn from its upper left corner.
type Heatmap struct {
	Rows, Cols int
	Values     []float64 // row-major; NaN is drawn blank
	Low, High  float64   // range of the colours; equal means the range of the values
	Diverging  bool      // symmetric colours around 0
	X          []float64 // position of each column; nil is its index
	RowNames   []string
	ColNames   []string
	RowGroups  []int // community of each row: lines are drawn between groups, coloured at the edge
	ColGroups  []int
	Unit       string
}

// Lines are curves over a common x (nil is the index), optionally with shaded spans behind them.
type Lines struct {
	X      []float64
	Curves []Curve
	Spans  []Span
}

// Curve is one line; NaN breaks it. Low and High, when set, are a band around it.
type Curve struct {
	Name      string
	Y         []float64
	Low, High []float64
	Group     int // colour; curves of a group share it; -1 is grey
}

// Span is a shaded interval of the x axis.
type Span struct {
	Start, Stop float64
	Name        string
	Group       int
}

// Bars are named values; Low and High, when set, are their null range.
type Bars struct {
	Names     []string
	Values    []float64
	Low, High []float64
	Groups    []int
}

// Graph is nodes in the plane with weighted edges.
type Graph struct {
	X, Y   []float64
	Names  []string
	Groups []int
	Edges  []Edge
	Unit   string // of the positions
}

// Edge joins two nodes.
type Edge struct {
	From, To int
	Weight   float64
}

// Flow shows how members move between groups from step to step: an alluvial diagram.
type Flow struct {
	Steps  []string // name of each step, left to right
	Group  [][]int  // steps × members: the group of each member, -1 when absent
	Names  []string // of the members
	Groups []string // of the groups
}

// Raster is event times by row.
type Raster struct {
	Times  [][]float64
	Names  []string
	Groups []int
	Spans  []Span
}
