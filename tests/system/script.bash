# SPDX-License-Identifier: GPL-2.0-or-later
set -o pipefail
declare -A map; map[a]=1; map[b]=2; for k in a b; do echo "$k ${map[$k]}"; done
arr=(x "y z" w); echo "${#arr[@]} ${arr[1]}"; for v in "${arr[@]}"; do echo "<$v>"; done
[[ abc =~ ^a(.)c$ ]] && echo "${BASH_REMATCH[1]}"
echo {1..5} {a..c}
while read -r l; do echo "l:$l"; done < <(printf '1\n2\n')
cat <<< "here string"
f() { local n=$1; ((n <= 1)) && { echo 1; return; }; echo $((n * $(f $((n - 1))))); }; f 8
trap 'echo trapped' USR1; kill -USR1 $$; echo after
( exit 3 ) || echo "s $?"
sleep 0.05 & wait $!; echo "w $?"
echo "${PIPESTATUS[@]}"; false | true | false; echo "${PIPESTATUS[@]}"
x=$(for i in 1 2 3; do echo $i; done | sort -r | tr '\n' ,); echo $x
printf '%(%Y)T\n' 0
case $x in 3*) echo three;; esac
coproc cat; echo hi >&${COPROC[1]}; read -r l <&${COPROC[0]}; echo "co $l"; kill $COPROC_PID; wait 2>/dev/null
printf '%s\n' "$1" "$#"
mapfile -t lines < words.txt; echo "${#lines[@]} ${lines[-1]}"
shopt -s extglob; v=aaab; echo "${v##+(a)}" "${v^^}" "${v/a/X}"
exec 5<>plain.tmp; echo over five >&5; exec 5>&-; cat plain.tmp; rm plain.tmp
(trap 'echo sub exit' EXIT; exit 2); echo "t $?"
jobs -l | wc -l
wait; kill -0 $$ && echo alive
nosuchcommand; echo "n $?"
cat no-such-file | tr a b; echo "p $?"
exit 6
