package dataset

// DecodeImage is one PNG or JPEG that lies in memory, as RGB after the geometry; name is for errors.
func DecodeImage(name string, data []byte, g Geometry) (*Images, error) {
	m, err := decodeImage(name, data)
	if err != nil {
		return nil, err
	}
	m.Pixels, m.Height, m.Width, err = g.apply(m.Pixels, m.Channels, m.Height, m.Width)
	return m, err
}
