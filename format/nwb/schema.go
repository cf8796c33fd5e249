package nwb

import (
	"encoding/json"
	"strings"

	"nissl/internal/h5"
)

// schema says which type each type extends.
type schema map[string]string

// core is what this reader must know of the types of NWB and of hdmf-common when a
// file has no schema of its own. Source: nwb-schema 2.7.0 and hdmf-common-schema 1.8.0.
func core() schema {
	s := schema{}
	for parent, children := range map[string]string{
		"TimeSeries": "ElectricalSeries RoiResponseSeries SpatialSeries IntervalSeries AnnotationSeries AbstractFeatureSeries " +
			"DecompositionSeries ImageSeries IndexSeries OptogeneticSeries PatchClampSeries",
		"ElectricalSeries":   "SpikeEventSeries",
		"ImageSeries":        "TwoPhotonSeries OnePhotonSeries ImageMaskSeries OpticalSeries",
		"PatchClampSeries":   "CurrentClampSeries VoltageClampSeries CurrentClampStimulusSeries VoltageClampStimulusSeries",
		"CurrentClampSeries": "IZeroClampSeries",
		"DynamicTable":       "Units TimeIntervals PlaneSegmentation ElectrodesTable",
		"VectorData":         "VectorIndex DynamicTableRegion",
	} {
		for _, child := range strings.Fields(children) {
			s[child] = parent
		}
	}
	return s
}

// is reports whether the type is the ancestor or extends it.
func (s schema) is(typ, ancestor string) bool {
	for range 32 { // a schema may lie in a circle
		if typ == ancestor {
			return true
		}
		if typ = s[typ]; typ == "" {
			return false
		}
	}
	return false
}

// The most bytes of cached schema that are parsed.
const maxSchema = 16 << 20

// readSchema adds the types of the schema cached under /specifications.
func readSchema(f *h5.File) schema {
	types := core()
	if f.Kind("/specifications") != h5.Group {
		return types
	}
	list := func(group string) []h5.Entry {
		entries, err := f.List(group)
		if err != nil {
			return nil
		}
		return entries
	}
	for _, namespace := range list("/specifications") {
		for _, version := range list(namespace.Path) {
			for _, source := range list(version.Path) {
				types.add(f, source)
			}
		}
	}
	return types
}

func (s schema) add(f *h5.File, e h5.Entry) {
	if e.Kind != h5.DatasetKind {
		return
	}
	d, err := f.Dataset(e.Path)
	if err != nil {
		return
	}
	defer d.Close()
	if d.Len() != 1 || d.Type.Class != h5.String {
		return
	}
	text, err := d.Strings()
	if err != nil || len(text[0]) > maxSchema {
		return
	}
	var tree any
	if json.Unmarshal([]byte(text[0]), &tree) == nil {
		s.collect(tree)
	}
}

// collect finds every definition of a type at any depth.
func (s schema) collect(node any) {
	switch n := node.(type) {
	case []any:
		for _, child := range n {
			s.collect(child)
		}
	case map[string]any:
		for _, word := range []string{"neurodata_type", "data_type"} {
			def, _ := n[word+"_def"].(string)
			inc, _ := n[word+"_inc"].(string)
			if def != "" && inc != "" && def != inc {
				s[def] = inc
			}
		}
		for _, child := range n {
			s.collect(child)
		}
	}
}
