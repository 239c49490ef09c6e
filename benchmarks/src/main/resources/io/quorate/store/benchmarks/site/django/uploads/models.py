from django.db import models


class Upload(models.Model):
    title = models.CharField(max_length=100)
    file = models.FileField(upload_to="%Y/%m/%d")
    size = models.BigIntegerField()
    uploader = models.CharField(max_length=50)
    created = models.DateTimeField(auto_now_add=True, db_index=True)
