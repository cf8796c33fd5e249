#!/bin/sh
# Block models beside graph-tool's, on the LFR graphs. PEERS: folder of graphtool_sbm.py and results/; DATA: folder that
# holds lfr/. Table 1 takes graph-tool's NMI from PEERS/results (it is deterministic by its seed); table 2 runs both
# programs in turn on the families given, so that the seconds can be compared.
set -eu
cd "$(dirname "$0")/../.."
PEERS=${PEERS:-../shared/peers}
DATA=${DATA:-../shared/data}
go run ./bench/sbm -data "$DATA/lfr" -results "$PEERS/results" -tables 1
go run ./bench/sbm -data "$DATA/lfr" -peer "$PEERS/graphtool_sbm.py" -tables 2 -search 2 -family "${FAMILIES:-4,7}"
