package guess

import (
	"fmt"

	"nissl"
)

// unitNames takes the units' names from an array of as many texts or whole numbers.
func (g *guesser) unitNames(of *Array) error {
	told, given := g.o["names"]
	n := g.r.Units.Len()
	a := g.best(func(b *Array) (int, int) {
		m, ok := b.vector()
		known := rank(nameWords(), b.Name)
		if b == of || !ok || m != n || known == 0 || !near(b.Name, of.Name) || b.Texts == nil && n == g.r.Traces.Samples() {
			return -1, 0
		}
		return known, 0
	})
	if given {
		var err error
		if a, err = g.find(told); err != nil {
			return err
		}
	}
	if a == nil {
		return nil
	}
	names, err := a.labels()
	if err != nil {
		return err
	}
	if len(names) != n {
		return fmt.Errorf("array %q %s cannot name %d units", a.Name, a.describe(), n)
	}
	names, changed := nissl.UniqueNames(names)
	g.used[a.Name] = "names"
	g.note("the units' names are array %q", a.Name)
	if changed > 0 {
		g.note("%d units had no name or one that was taken and were renamed", changed)
	}
	g.r.Units.Set(nissl.Col("name", "", names))
	return nil
}

func (a *Array) labels() ([]string, error) {
	if a.Texts != nil {
		return a.Texts()
	}
	if a.Numbers == nil {
		return nil, fmt.Errorf("array %q %s holds no names", a.Name, a.describe())
	}
	v, err := a.Numbers()
	out := make([]string, len(v))
	for i, x := range v {
		out[i] = fmt.Sprint(x)
	}
	return out, err
}

// maxDimensions is how many rows an array may have to be a covariate.
const maxDimensions = 16

// companions makes covariates of the arrays that have one value per sample and
// columns of those that have one per unit.
func (g *guesser) companions(of *Array) error {
	units, samples := g.r.Units.Len(), g.r.Traces.Samples()
	if units == samples || len(of.Trials) > 0 {
		return nil // which is which cannot be told
	}
	for i := range g.arrays {
		a := &g.arrays[i]
		if _, taken := g.used[a.Name]; taken || a == of || !near(a.Name, of.Name) {
			continue
		}
		var err error
		n, vector := a.vector()
		rows, cols, matrix := a.matrix()
		switch {
		case vector && n == samples && n > 1:
			err = g.covariate(a, 1, false)
		case vector && n == units && n > 1:
			err = g.column(a)
		case matrix && cols == samples && rows <= maxDimensions:
			err = g.covariate(a, rows, false)
		case matrix && rows == samples && cols <= maxDimensions:
			err = g.covariate(a, cols, true)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (g *guesser) covariate(a *Array, dims int, samplesFirst bool) error {
	t := g.r.Traces
	c := nissl.Covariate{Name: a.Name, Rate: t.Rate, Start: t.Start, Times: t.Times}
	if a.Texts != nil {
		text, err := a.Texts()
		if err != nil {
			return err
		}
		c.Text = text
	} else if a.Numbers != nil {
		v, err := a.Numbers()
		if err != nil {
			return err
		}
		n := len(v) / dims
		for d := range dims {
			row := make([]float64, n)
			for k := range row {
				if samplesFirst {
					row[k] = v[k*dims+d]
				} else {
					row[k] = v[d*n+k]
				}
			}
			c.Values = append(c.Values, row)
		}
	} else {
		return nil
	}
	g.used[a.Name] = "covariate"
	g.r.Covariates = append(g.r.Covariates, c)
	return nil
}

// column adds an array of one value per unit to the units' table.
func (g *guesser) column(a *Array) error {
	if base(a.Name) == "name" {
		return nil
	}
	switch {
	case a.Texts != nil:
		v, err := a.Texts()
		if err != nil {
			return err
		}
		g.r.Units.Set(nissl.Col(a.Name, "", v))
	case a.Numbers != nil:
		v, err := a.Numbers()
		if err != nil {
			return err
		}
		g.r.Units.Set(nissl.Col(a.Name, "", v))
	default:
		return nil
	}
	g.used[a.Name] = "units"
	return nil
}
