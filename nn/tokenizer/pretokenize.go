package tokenizer

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/dlclark/regexp2"
)

// A finder returns where a pattern occurs in a text, from left to right, without overlap.
type finder func(s string) []Span

// A pattern is a text or a regular expression.
type pattern struct {
	String *string
	Regex  *string
}

func (p *pattern) finder() (finder, error) {
	switch {
	case p == nil || p.String == nil && p.Regex == nil:
		return nil, fmt.Errorf(`no "String" or "Regex" in a pattern`)
	case p.String != nil && *p.String == "":
		return nil, fmt.Errorf("an empty pattern")
	case p.String != nil:
		return literal(*p.String), nil
	}
	return regex(*p.Regex)
}

func literal(what string) finder {
	return func(s string) []Span {
		var out []Span
		for i := 0; ; {
			n := strings.Index(s[i:], what)
			if n < 0 {
				return out
			}
			out = append(out, Span{i + n, i + n + len(what)})
			i += n + len(what)
		}
	}
}

// patience is how long a pattern may take for one match before it is taken to never end.
const patience = time.Minute

// regex finds with look-ahead, which the standard library's expressions do not have. A pattern that
// takes longer than patience panics: there are no words that could be returned instead.
func regex(expr string) (finder, error) {
	re, err := regexp2.Compile(expr, regexp2.None)
	if err != nil {
		return nil, fmt.Errorf("pattern %.80q: %.120v", expr, err)
	}
	re.MatchTimeout = patience
	return func(s string) []Span {
		var out []Span
		runes := []rune(s)
		at, pos := 0, 0 // byte and rune
		seek := func(r int) int {
			for ; pos < r; pos++ {
				_, n := utf8.DecodeRuneInString(s[at:]) // not by the rune: a byte that is no UTF-8 has length 1
				at += n
			}
			return at
		}
		for m, err := re.FindRunesMatch(runes); ; m, err = re.FindNextMatch(m) {
			if err != nil {
				panic(fmt.Sprintf("tokenizer: pattern %q: %v", expr, err))
			}
			if m == nil {
				return out
			}
			if m.Length > 0 {
				begin := seek(m.Index)
				out = append(out, Span{begin, seek(m.Index + m.Length)})
			}
		}
	}, nil
}

// runesThat finds each character for which f is true.
func runesThat(f func(rune) bool) finder {
	return func(s string) []Span {
		var out []Span
		for i := 0; i < len(s); {
			r, n := utf8.DecodeRuneInString(s[i:])
			if f(r) {
				out = append(out, Span{i, i + n})
			}
			i += n
		}
		return out
	}
}

// A splitStep cuts a text and calls word for each piece.
type splitStep func(t text, word func(text))

// splitter makes a step of the pipeline from a finder. The behaviour says where what was found goes;
// with invert, what lies between is what was found.
func splitter(find finder, behaviour string, invert bool) (splitStep, error) {
	switch behaviour {
	case "Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous":
	default:
		return nil, fmt.Errorf("behavior %.40q, expected Removed, Isolated, MergedWithPrevious, MergedWithNext or Contiguous", behaviour)
	}
	return func(t text, word func(text)) {
		var spans []Span
		var found []bool
		add := func(s Span, is bool) {
			if s.Begin < s.End {
				spans, found = append(spans, s), append(found, is != invert)
			}
		}
		done := 0
		for _, m := range find(t.s) {
			add(Span{done, m.Begin}, false)
			add(m, true)
			done = m.End
		}
		add(Span{done, len(t.s)}, false)
		for i := 0; i < len(spans); i++ {
			s := spans[i]
			switch {
			case behaviour == "Removed" && found[i]:
				continue
			case behaviour == "Contiguous":
				for ; i+1 < len(spans) && found[i+1] == found[i]; i++ {
					s.End = spans[i+1].End
				}
			case behaviour == "MergedWithPrevious" && !found[i] && i+1 < len(spans) && found[i+1],
				behaviour == "MergedWithNext" && found[i] && i+1 < len(spans) && !found[i+1]:
				i++
				s.End = spans[i].End
			}
			word(t.slice(s.Begin, s.End))
		}
	}, nil
}

// A preTokenizer is the steps of a tokenizer.json's pre_tokenizer.
type preTokenizer struct {
	split     []splitStep
	byteLevel bool // the model's symbols are bytes
}

func (p *preTokenizer) add(s *step) error {
	if s == nil {
		return nil
	}
	if p.byteLevel {
		return fmt.Errorf("pre_tokenizer %.40q after ByteLevel is not an order that this program has", s.Type)
	}
	var f splitStep
	var err error
	switch s.Type {
	case "Sequence":
		for i := range s.PreTokenizers {
			if err := p.add(&s.PreTokenizers[i]); err != nil {
				return err
			}
		}
		return nil
	case "ByteLevel":
		p.byteLevel = true
		if orTrue(s.AddPrefixSpace) {
			p.split = append(p.split, func(t text, word func(text)) {
				if !strings.HasPrefix(t.s, " ") {
					t = prepend(t, " ")
				}
				word(t)
			})
		}
		if orTrue(s.UseRegex) {
			p.split = append(p.split, wordsOf(gpt2Word))
		}
		return nil
	case "Split":
		f, err = s.splitter()
	case "Metaspace":
		f, err = s.metaspace()
	case "Whitespace":
		f = wordsAndSigns
	case "WhitespaceSplit":
		f, err = splitter(runesThat(isSpace), "Removed", false)
	case "BertPreTokenizer":
		f = bertWords
	case "Punctuation":
		behaviour := s.Behavior
		if behaviour == "" {
			behaviour = "Isolated"
		}
		f, err = splitter(runesThat(punctuation), behaviour, false)
	case "Digits":
		behaviour := "Contiguous"
		if s.IndividualDigits {
			behaviour = "Isolated"
		}
		f, err = splitter(runesThat(unicode.IsNumber), behaviour, false)
	case "CharDelimiterSplit":
		if s.Delimiter == "" {
			return fmt.Errorf("CharDelimiterSplit without a delimiter")
		}
		f, err = splitter(literal(s.Delimiter), "Removed", false)
	default:
		return fmt.Errorf("pre_tokenizer %.40q is not one that this program has", s.Type)
	}
	p.split = append(p.split, f)
	return err
}

func (s *step) splitter() (splitStep, error) {
	if s.Pattern != nil && s.Pattern.Regex != nil && !s.Invert && s.Behavior == "Isolated" {
		if end := knownSplitter(*s.Pattern.Regex); end != nil {
			return wordsOf(end), nil
		}
	}
	find, err := s.Pattern.finder()
	if err != nil {
		return nil, err
	}
	return splitter(find, s.Behavior, s.Invert)
}

// metaspace spells spaces as a visible character and begins a word at each.
func (s *step) metaspace() (splitStep, error) {
	mark := s.Replacement
	if mark == "" {
		mark = "▁"
	}
	scheme := s.scheme()
	if scheme != "always" && scheme != "first" && scheme != "never" {
		return nil, fmt.Errorf("prepend_scheme %.40q of Metaspace, expected always, first or never", scheme)
	}
	space := literal(" ")
	divide := func(t text, word func(text)) { word(t) }
	if orTrue(s.Split) {
		divide, _ = splitter(literal(mark), "MergedWithNext", false)
	}
	return func(t text, word func(text)) {
		first := t.first()
		t = replace(t, space, mark)
		if !strings.HasPrefix(t.s, mark) && (scheme == "always" || scheme == "first" && first) {
			t = prepend(t, mark)
		}
		divide(t, word)
	}, nil
}

// scheme returns where Metaspace puts a space before a text; older files say only whether.
func (s *step) scheme() string {
	switch {
	case s.PrependScheme != "":
		return s.PrependScheme
	case orTrue(s.AddPrefixSpace):
		return "always"
	}
	return "never"
}

// wordsAndSigns is the pattern \w+|[^\w\s]+.
func wordsAndSigns(t text, word func(text)) {
	kind := func(r rune) int {
		switch {
		case isWordRune(r):
			return 1
		case isSpace(r):
			return 0
		}
		return 2
	}
	begin, last := 0, 0
	for i, r := range t.s {
		k := kind(r)
		if k != last {
			if last != 0 {
				word(t.slice(begin, i))
			}
			begin, last = i, k
		}
	}
	if last != 0 {
		word(t.slice(begin, len(t.s)))
	}
}

// bertWords splits at white space and makes every punctuation mark a word.
func bertWords(t text, word func(text)) {
	begin := 0
	for i := 0; i < len(t.s); {
		r, n := utf8.DecodeRuneInString(t.s[i:])
		space := isSpace(r)
		if space || punctuation(r) {
			if i > begin {
				word(t.slice(begin, i))
			}
			if !space {
				word(t.slice(i, i+n))
			}
			begin = i + n
		}
		i += n
	}
	if begin < len(t.s) {
		word(t.slice(begin, len(t.s)))
	}
}

// punctuation is all of ASCII that is neither letter, digit nor space, and Unicode's category P.
func punctuation(r rune) bool {
	if r < 0x80 {
		return r > ' ' && r < 0x7F && !isWordRune(r) || r == '_'
	}
	return unicode.Is(unicode.P, r)
}
