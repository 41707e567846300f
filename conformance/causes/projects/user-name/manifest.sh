echo "Manifest-Version: 1.0"
echo "Built-By: $(id -un)"
