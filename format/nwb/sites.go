package nwb

import (
	"math"
	"path"
	"slices"

	"nissl"
	"nissl/internal/h5"
)

// pointed reads the rows of a table that a series' region points at, one for each
// channel.
func (s *series) pointed(region string, t *table) ([]int, error) {
	values, err := s.f.numbers(region)
	if err != nil {
		return nil, err
	}
	if len(values) != s.channels() {
		return nil, s.f.errorf(region, "has %d rows for %d channels", len(values), s.channels())
	}
	rows := make([]int, len(values))
	for i, v := range values {
		if !(v >= 0) || v >= float64(len(t.ids)) {
			return nil, s.f.errorf(region, "points at row %g of %d in %s", v, len(t.ids), t.path)
		}
		rows[i] = int(v)
	}
	return rows, nil
}

// sites makes the units of a series: ROIs, electrodes, or numbers where the file does
// not say.
func (s *series) sites() *nissl.Units {
	var u *nissl.Units
	var err error
	kind := "channel"
	switch {
	case s.f.types.is(s.object.typ, "RoiResponseSeries"):
		kind = "roi"
		u, err = s.rois()
	case s.f.types.is(s.object.typ, "ElectricalSeries"):
		u, err = s.channelUnits()
	}
	if u != nil {
		return u
	}
	if err != nil {
		s.note("%v: units are numbered from 0", err)
	} else if s.channels() > 1 {
		s.note("the file names no units of the series: they are numbered from 0")
	}
	u = nissl.NumberedUnits(s.channels())
	if s.channels() == 1 {
		u = nissl.NewUnits([]string{s.name})
	}
	kinds := slices.Repeat([]string{kind}, s.channels())
	u.Set(nissl.Col("kind", "", kinds))
	return u
}

func (s *series) channelUnits() (*nissl.Units, error) {
	region := s.path + "/electrodes"
	t, columns, err := s.f.electrodes(region)
	if err != nil {
		return nil, err
	}
	rows, err := s.pointed(region, t)
	if err != nil {
		return nil, err
	}
	return s.f.named(pick(t.ids, rows), columns.Select(rows), "channel", "channel_name", "label", "electrode_name"), nil
}

// rois joins the series with its table of ROIs.
func (s *series) rois() (*nissl.Units, error) {
	region := s.path + "/rois"
	at := ""
	if v, err := s.f.Attr(region, "table"); err == nil {
		if o := s.f.follow(v); o != nil {
			at = o.path
		}
	}
	if at == "" {
		all := s.f.all("PlaneSegmentation")
		if len(all) != 1 {
			return nil, s.f.errorf(region, "does not say its table, and there are %d PlaneSegmentations", len(all))
		}
		at = all[0].path
		s.note("rois do not say their table: %s was taken, the only one", at)
	}
	t, err := s.f.table(at)
	if err != nil {
		return nil, err
	}
	rows, err := s.pointed(region, t)
	if err != nil {
		return nil, err
	}
	u := s.f.named(pick(t.ids, rows), t.nissl("image_mask", "pixel_mask", "voxel_mask").Select(rows), "roi", "roi_name", "name", "label")
	if _, placed := u.Column("x"); !placed {
		s.place(u, t, rows)
	}
	return u, nil
}

func pick(ids []int64, rows []int) []int64 {
	out := make([]int64, len(rows))
	for k, i := range rows {
		out[k] = ids[i]
	}
	return out
}

// place gives every ROI the weighted centre of its mask, in pixels.
func (s *series) place(u *nissl.Units, t *table, rows []int) {
	var centres [][2]float64
	var err error
	switch {
	case t.has("pixel_mask"):
		centres, err = t.pixelCentres("pixel_mask")
	case t.has("image_mask"):
		centres, err = t.imageCentres("image_mask")
	default:
		return
	}
	if err != nil {
		s.note("no places of ROIs: %v", err)
		return
	}
	x, y := make([]float64, len(rows)), make([]float64, len(rows))
	for k, i := range rows {
		x[k], y[k] = centres[i][0], centres[i][1]
	}
	u.Set(nissl.Col("x", "pixel", x))
	u.Set(nissl.Col("y", "pixel", y))
	s.note("places of ROIs are the weighted centres of their masks in %s, in pixels", path.Base(t.path))
}

// pixelCentres reads a ragged compound column x, y, weight.
func (t *table) pixelCentres(name string) ([][2]float64, error) {
	ends, err := t.ends(name)
	if err != nil {
		return nil, err
	}
	d, err := t.f.Dataset(t.path + "/" + name)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	var xyw [3][]float64
	for k, column := range []string{"x", "y", "weight"} {
		v, err := d.Column(column)
		if err != nil {
			return nil, err
		}
		xyw[k] = v.Floats()
	}
	if len(ends) != len(t.ids) || len(ends) > 0 && ends[len(ends)-1] > len(xyw[0]) {
		return nil, t.f.errorf(d.Path, "has %d pixels and %d rows for %d ROIs", len(xyw[0]), len(ends), len(t.ids))
	}
	out, start := make([][2]float64, len(ends)), 0
	for i, end := range ends {
		var c centre
		for k := start; k < end; k++ {
			c.add(xyw[0][k], xyw[1][k], xyw[2][k])
		}
		out[i], start = c.mean(), end
	}
	return out, nil
}

// imageCentres reads a column of images, ROI × x × y, one at a time: NWB puts the
// width before the height.
func (t *table) imageCentres(name string) ([][2]float64, error) {
	d, err := t.f.Dataset(t.path + "/" + name)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	if len(d.Shape) != 3 || d.Shape[0] != len(t.ids) {
		return nil, t.f.errorf(d.Path, "has shape %v for %d ROIs", d.Shape, len(t.ids))
	}
	if err := d.Plausible(); err != nil {
		return nil, err
	}
	w, h := d.Shape[1], d.Shape[2]
	image := make([]float32, w*h)
	out := make([][2]float64, d.Shape[0])
	for i := range out {
		if err := h5.ReadSlab(d, []int{i, 0, 0}, []int{1, w, h}, image); err != nil {
			return nil, err
		}
		var c centre
		for k, v := range image {
			c.add(float64(k/h), float64(k%h), float64(v))
		}
		out[i] = c.mean()
	}
	return out, nil
}

// centre is a weighted mean in the making.
type centre struct{ x, y, w float64 }

func (c *centre) add(x, y, w float64) {
	if w > 0 && !math.IsInf(w, 0) {
		c.x, c.y, c.w = c.x+x*w, c.y+y*w, c.w+w
	}
}

func (c *centre) mean() [2]float64 {
	if c.w == 0 {
		return [2]float64{math.NaN(), math.NaN()}
	}
	return [2]float64{c.x / c.w, c.y / c.w}
}

// channelConversion reads the factor of each channel, nil when all are 1.
func (s *series) channelConversion() []float64 {
	at := s.path + "/channel_conversion"
	if !s.f.Has(at) {
		return nil
	}
	v, err := s.f.numbers(at)
	if err != nil {
		s.note("%v", err)
		return nil
	}
	if len(v) != s.channels() {
		s.note("channel_conversion has %d values for %d channels and was not applied", len(v), s.channels())
		return nil
	}
	for _, x := range v {
		if !(math.Abs(x) > 0) || math.IsInf(x, 0) {
			s.note("channel_conversion holds %g and was not applied", x)
			return nil
		}
	}
	return v
}
