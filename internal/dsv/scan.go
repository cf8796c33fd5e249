package dsv

import "strings"

// scanner walks over the rows of a text, skipping blank and comment lines.
type scanner struct {
	dialect Dialect
	text    string
	at      int
	line    int // of the row that was last returned, from 1
	next1   int // line at which the next row begins
	comment string
	row     []field
}

type field struct {
	text   string
	quoted bool
}

// next returns the fields of the next row; they are valid until the next call.
func (s *scanner) next() ([]field, bool) {
	if s.next1 == 0 {
		s.next1 = 1
	}
	for s.at < len(s.text) {
		rest := s.text[s.at:]
		end := strings.IndexAny(rest, "\r\n")
		if end < 0 {
			end = len(rest)
		}
		line := strings.TrimSpace(rest[:end])
		if len(line) > 0 && line[0] != '#' && line[0] != '%' {
			break
		}
		if len(line) > 0 {
			s.comment = strings.TrimSpace(strings.TrimLeft(line, "#% "))
		}
		s.at += end
		s.newline()
	}
	if s.at >= len(s.text) {
		return nil, false
	}
	s.line = s.next1
	s.row = s.row[:0]
	for more := true; more; {
		more = s.field()
	}
	// A separator at the end of the line of a table of spaces is no field.
	if n := len(s.row); s.dialect.Sep == ' ' && n > 1 && s.row[n-1].text == "" && !s.row[n-1].quoted {
		s.row = s.row[:n-1]
	}
	return s.row, true
}

// newline steps over one line end.
func (s *scanner) newline() {
	if s.at < len(s.text) && s.text[s.at] == '\r' {
		s.at++
		if s.at < len(s.text) && s.text[s.at] == '\n' {
			s.at++
		}
		s.next1++
	} else if s.at < len(s.text) && s.text[s.at] == '\n' {
		s.at++
		s.next1++
	}
}

// field reads one field and reports whether another follows in the row.
func (s *scanner) field() bool {
	s.blanks()
	if s.at < len(s.text) && s.text[s.at] == '"' {
		s.quoted()
	} else {
		from := s.at
		for s.at < len(s.text) && !s.separator(s.text[s.at]) && s.text[s.at] != '\n' && s.text[s.at] != '\r' {
			s.at++
		}
		s.row = append(s.row, field{text: strings.TrimSpace(s.text[from:s.at])})
	}
	s.blanks()
	if s.at >= len(s.text) {
		return false
	}
	switch c := s.text[s.at]; {
	case c == '\n' || c == '\r':
		s.newline()
		return false
	case s.dialect.Sep == ' ':
		return true // the blanks were the separator
	}
	s.at++
	return true
}

// blanks steps over spaces (and tabs, where they do not separate).
func (s *scanner) blanks() {
	for s.at < len(s.text) && (s.text[s.at] == ' ' || s.text[s.at] == '\t' && s.dialect.Sep != '\t') {
		s.at++
	}
}

func (s *scanner) separator(c byte) bool {
	return c == s.dialect.Sep && c != 0 || s.dialect.Sep == ' ' && c == '\t'
}

// quoted reads a field in double quotes; two of them stand for one.
func (s *scanner) quoted() {
	var b strings.Builder
	for s.at++; s.at < len(s.text); s.at++ {
		c := s.text[s.at]
		if c == '"' {
			if s.at+1 >= len(s.text) || s.text[s.at+1] != '"' {
				s.at++
				break
			}
			s.at++
		}
		if c == '\n' {
			s.next1++
		}
		b.WriteByte(c)
	}
	// What stands between the closing quote and the separator belongs to the field.
	for s.at < len(s.text) && !s.separator(s.text[s.at]) && s.text[s.at] != '\n' && s.text[s.at] != '\r' {
		b.WriteByte(s.text[s.at])
		s.at++
	}
	s.row = append(s.row, field{text: strings.TrimSpace(b.String()), quoted: true})
}
