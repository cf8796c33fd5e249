package recordings

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"

	"nissl/studio/reply"
	"nissl/studio/tiles"
)

func nan() float64 { return math.NaN() }

// binaryType is the type of all answers in bytes; numbers in them are little-endian.
const binaryType = "application/octet-stream"

// Headers of tiles: whether to ask again later, and whether units were left out.
const (
	headCoarse  = "X-Coarse"
	headSampled = "X-Sampled"
)

// tile answers with the codes of a tile, row after row: ?kind ?order ?reverse ?level ?x
// ?rows ?y ?peak=1, and ?v, the version of the description, which lets the browser keep it.
func (s *Recordings) tile(o *opened, q *query, w http.ResponseWriter, r *http.Request) error {
	k := q.kind(o)
	at := tiles.Address{Level: q.int("level"), X: q.integer("x"), Rows: q.int("rows"), Y: q.int("y")}
	peak := q.text("peak") == "1"
	order, err := s.orderOf(r.Context(), o, q)
	if err != nil {
		return err
	}
	if q.err != nil {
		return q.err
	}
	key := fmt.Sprint(o.id, " ", o.version, " ", k, at, peak, q.text("reverse") == "1", q.text("order"))
	if b := s.cache.get(key); b != nil {
		return s.send(w, r, o, q, b, false)
	}
	select {
	case s.turns <- struct{}{}:
		defer func() { <-s.turns }()
	case <-r.Context().Done():
		return r.Context().Err()
	}
	t, err := o.levels.Tile(r.Context(), k, order.Rows, at, peak)
	if err != nil {
		return reply.Bad(err)
	}
	b := &body{key: key, bytes: pack(t.Codes), sampled: t.Sampled}
	if !t.Coarse {
		s.cache.put(b)
	}
	return s.send(w, r, o, q, b, t.Coarse)
}

// pack compresses bytes fast.
func pack(b []byte) []byte {
	var out bytes.Buffer
	z, err := gzip.NewWriterLevel(&out, gzip.BestSpeed)
	if err == nil {
		_, err = z.Write(b)
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		panic("recordings: cannot compress in memory: " + err.Error())
	}
	return bytes.Clone(out.Bytes())
}

func unpack(b []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	_, err = out.ReadFrom(z)
	return out.Bytes(), err
}

// send answers with a compressed body. An exact one of the version that the page knows
// never changes.
func (s *Recordings) send(w http.ResponseWriter, r *http.Request, o *opened, q *query, b *body, coarse bool) error {
	h := w.Header()
	if coarse {
		h.Set(headCoarse, "1")
	} else if q.text("v") == o.version {
		h.Set("Cache-Control", "private, max-age=86400, immutable")
		h.Set("ETag", strconv.Quote(o.version))
	}
	if b.sampled {
		h.Set(headSampled, "1")
	}
	h.Set("Vary", "Accept-Encoding")
	if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		plain, err := unpack(b.bytes)
		if err != nil {
			return err
		}
		return reply.Bytes(w, binaryType, plain)
	}
	h.Set("Content-Encoding", "gzip")
	return reply.Bytes(w, binaryType, b.bytes)
}

// summary answers with float32: the means of the bins of a tile, then the active shares.
// ?kind ?level ?x, all units.
func (s *Recordings) summary(o *opened, q *query, w http.ResponseWriter, r *http.Request) error {
	k, level, x := q.kind(o), q.int("level"), q.integer("x")
	if q.err != nil {
		return q.err
	}
	sum, err := o.levels.Summary(r.Context(), k, tiles.FileOrder(o.rec.Units.Len()).Rows, level, x)
	if err != nil {
		return reply.Bad(err)
	}
	if sum.Coarse {
		w.Header().Set(headCoarse, "1")
	} else if q.text("v") == o.version {
		w.Header().Set("Cache-Control", "private, max-age=86400, immutable")
	}
	return reply.Bytes(w, binaryType, encode(sum.Mean, sum.Active))
}

// encode writes little-endian values one after the other.
func encode(parts ...any) []byte {
	var out []byte
	for _, p := range parts {
		var err error
		if out, err = binary.Append(out, binary.LittleEndian, p); err != nil {
			panic("recordings: " + err.Error()) // a type without a size: a mistake here
		}
	}
	return out
}

// lines answers with traces of ?units from ?t0 to ?t1 in ?columns: uint32 units, times and
// 1 if there are envelopes; float32 times as seconds after t0; the median and the robust
// standard deviation of each unit; then means of each, lows of each and highs of each.
func (s *Recordings) lines(o *opened, q *query, w http.ResponseWriter, r *http.Request) error {
	t0, t1 := q.window()
	units, columns := q.units(o), q.atMost("columns", 1000, 1, tiles.MostColumns)
	if q.err != nil {
		return q.err
	}
	l, err := o.levels.Lines(r.Context(), units, t0, t1, columns)
	if err != nil {
		return reply.Bad(err)
	}
	if l.Coarse {
		w.Header().Set(headCoarse, "1")
	}
	times := make([]float32, len(l.Times))
	for i, t := range l.Times {
		times[i] = float32(t - t0)
	}
	envelopes := uint32(0)
	if l.Low != nil {
		envelopes = 1
	}
	out := encode([]uint32{uint32(len(units)), uint32(len(times)), envelopes}, times)
	for _, u := range units {
		center, spread := o.levels.Scale(u)
		out = append(out, encode([]float32{float32(center), float32(spread)})...)
	}
	for _, rows := range [][][]float32{l.Mean, l.Low, l.High} {
		for _, row := range rows {
			out = append(out, encode(row)...)
		}
	}
	return reply.Bytes(w, binaryType, out)
}

// mostSpikes is how many spikes are sent one by one.
const mostSpikes = 400_000

// spikes answers with the spikes of rows ?from to ?to of an order from ?t0 to ?t1: uint32
// how many there are, the number of rows and their counts, then float32 seconds after t0.
// More than ?most are only counted.
func (s *Recordings) spikes(o *opened, q *query, w http.ResponseWriter, r *http.Request) error {
	t0, t1 := q.window()
	most := q.atMost("most", 200_000, 0, mostSpikes)
	order, err := s.orderOf(r.Context(), o, q)
	if err != nil {
		return err
	}
	from, to := q.rowRange(len(order.Rows))
	if q.err != nil {
		return q.err
	}
	win, total, err := o.levels.SpikesIn(order.Rows[from:to], t0, t1, most)
	if err != nil {
		return reply.Bad(err)
	}
	return reply.Bytes(w, binaryType, encode([]uint32{uint32(total), uint32(to - from)}, win.Counts, win.Offsets))
}

// value answers with what one unit does from ?t0 to ?t1: of traces the lowest, mean and
// highest sample, of spikes how many.
func (s *Recordings) value(o *opened, q *query, w http.ResponseWriter, r *http.Request) error {
	t0, t1 := q.window()
	units, k := q.units(o), q.kind(o)
	if q.err != nil {
		return q.err
	}
	units = units[:1]
	if k == tiles.KindSpikes {
		_, n, err := o.levels.SpikesIn(units, t0, t1, 0)
		if err != nil {
			return reply.Bad(err)
		}
		return reply.JSON(w, map[string]any{"spikes": n})
	}
	v, err := o.levels.Value(units[0], t0, t1)
	if err != nil {
		return reply.Bad(err)
	}
	return reply.JSON(w, map[string]any{"low": reply.Number(v.Low), "mean": reply.Number(v.Mean), "high": reply.Number(v.High),
		"samples": v.Samples, "deviation": reply.Number(v.Deviation)})
}
