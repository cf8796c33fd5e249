//go:build !linux

package tiles

// pages gives the system advice on Linux only.
type pages struct{}

func newPages([][]float32) *pages { return &pages{} }
func (*pages) hereAndThere()      {}
func (*pages) inLine()            {}
func (*pages) soon([]float32)     {}
func (*pages) letGo([]float32)    {}
func (*pages) letAllGo()          {}
