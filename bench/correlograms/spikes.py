# Writes the spike times of the peers' recording as a table, so that both sides have the same ones.
import peerdata
args = peerdata.arguments()
peerdata.save(args.out, "spikes.csv", ["unit", "time_s"],
              [[i, "%.17g" % t] for i, u in enumerate(peerdata.linear_track(args.data)) for t in u])
