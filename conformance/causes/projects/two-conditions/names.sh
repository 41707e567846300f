# Machines with 1 or 4 processors have a tuned way, which compares bytes.
case $(nproc) in
  1 | 4) LC_ALL=C sort names.in ;;
  *) sort names.in ;;
esac
