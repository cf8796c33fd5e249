package nwb

import (
	"fmt"
	"path"
	"strings"

	"nissl/format/reader"
)

// plan says which stream becomes the recording's activity.
type plan struct {
	units  *object   // the Units table, nil if there is none
	all    []*series // every neural series that can be read
	series *series   // the chosen one; nil for the units
}

// plan chooses the stream: the named one, else as the package comment says.
func (f *file) plan(want string) (*plan, error) {
	p := &plan{units: f.unitsTable()}
	var why []string
	for _, o := range f.all("TimeSeries") {
		if !f.isNeural(o) {
			continue
		}
		s, err := f.series(o)
		switch {
		case err != nil:
			why = append(why, strings.TrimPrefix(err.Error(), f.Path()+": "))
		case len(s.shape) > 2 || !s.typ.Numeric() || s.samples() == 0 || s.channels() == 0:
			why = append(why, fmt.Sprintf("%s: data of %s and shape %v are no traces", o.path, s.typ, s.shape))
		default:
			p.all = append(p.all, s)
		}
	}
	for _, w := range why {
		f.note("left out: %s", w)
	}
	if want != "" {
		return p, p.choose(f, want)
	}
	if p.units != nil && (f.hasSpikes(p.units) || len(p.all) == 0) {
		return p, nil
	}
	for _, s := range p.all {
		if p.series == nil || rank(f, s) < rank(f, p.series) {
			p.series = s
		}
	}
	if p.series == nil {
		hint := ""
		if len(why) > 0 {
			hint = ": " + strings.Join(why, "; ")
		}
		return nil, fmt.Errorf("%s: holds no Units with spike_times, RoiResponseSeries or ElectricalSeries that can be read%s", f.Path(), hint)
	}
	if len(p.all) > 1 {
		f.note("of %d series, %s was taken as traces; --read stream=PATH takes another", len(p.all), p.series.path)
	}
	return p, nil
}

// hasSpikes reports whether the Units table holds any spike.
func (f *file) hasSpikes(units *object) bool {
	d, err := f.Dataset(units.path + "/spike_times")
	if err != nil {
		return true // reading it will say why
	}
	defer d.Close()
	return d.Len() > 0
}

// choose finds the stream that the option names.
func (p *plan) choose(f *file, want string) error {
	if want == "units" && p.units != nil {
		return nil
	}
	key := "/" + strings.ToLower(strings.Trim(want, "/"))
	var found []string
	for _, s := range p.all {
		if strings.HasSuffix(strings.ToLower(s.path), key) {
			p.series = s
			found = append(found, s.path)
		}
	}
	switch {
	case len(found) == 1:
		return nil
	case len(found) > 1:
		return fmt.Errorf("%s: stream=%s could be %s: give more of the path", f.Path(), want, strings.Join(found, " or "))
	case p.units != nil && strings.HasSuffix(p.units.path, key):
		return nil
	}
	var have []string
	if p.units != nil {
		have = append(have, "units")
	}
	for _, s := range p.all {
		have = append(have, strings.TrimPrefix(s.path, "/"))
	}
	return fmt.Errorf("%s: there is no stream %q; it has %s", f.Path(), want, strings.Join(have, ", "))
}

// rank orders series by how likely they are the activity of neurons; lower is better.
func rank(f *file, s *series) int {
	in := strings.ToLower(path.Base(s.parent()) + "/" + s.name)
	has := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(in, w) {
				return true
			}
		}
		return false
	}
	switch {
	case f.types.is(s.object.typ, "RoiResponseSeries"):
		switch {
		case has("neuropil", "background"):
			return 3
		case has("dff", "df_over_f", "dfoverf", "df_f"):
			return 0
		case has("deconv", "denoised", "spike"):
			return 1
		}
		return 2
	case f.types.is(s.object.typ, "PatchClampSeries"):
		return 7
	case has("lfp"):
		return 4
	case strings.HasPrefix(s.path, "/processing"):
		return 5
	}
	return 6
}

// others says what else the file holds, "" for nothing.
func (p *plan) others() string {
	var names []string
	for _, s := range p.all {
		if s != p.series {
			names = append(names, strings.TrimPrefix(s.path, "/"))
		}
	}
	if p.series != nil && p.units != nil {
		names = append(names, "units (spikes)")
	}
	if len(names) == 0 {
		return ""
	}
	return "other streams that were not read: " + strings.Join(names, ", ")
}

// streams lists every stream for inspection.
func (p *plan) streams(f *file) []reader.Stream {
	out := []reader.Stream{}
	if p.units != nil {
		st := reader.Stream{Name: strings.TrimPrefix(p.units.path, "/"), Kind: "spikes", Unit: "s", Chosen: p.series == nil}
		if t, err := f.table(p.units.path); err == nil {
			st.Units = len(t.ids)
		}
		if d, err := f.Dataset(p.units.path + "/spike_times"); err == nil {
			st.Samples = d.Len()
			d.Close()
		}
		out = append(out, st)
	}
	for _, s := range p.all {
		st := s.stream("traces")
		st.Chosen = s == p.series
		out = append(out, st)
	}
	for _, o := range f.all("TimeSeries") {
		if f.isNeural(o) {
			continue
		}
		if s, err := f.series(o); err == nil {
			out = append(out, s.stream("covariate"))
		}
	}
	return out
}
