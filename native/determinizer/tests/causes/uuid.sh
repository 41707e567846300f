# randomness differs varies
python3 -c "import uuid; print(uuid.uuid4(), uuid.uuid4())"
